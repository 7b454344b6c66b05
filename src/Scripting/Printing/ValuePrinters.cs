using System.Collections;
using System.Collections.Immutable;
using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Experiments;
using TorchSharp;

namespace SVco.Scripting.Printing;

/// <summary>How every value that a person meets is shown: the first line whose type fits. A new type is one more line.</summary>
static class ValuePrinters
{
    static readonly ImmutableArray<ValuePrinter> Table =
    [
        ValuePrinter.Of<string>(text => new Text($"\"{text}\"")),
        ValuePrinter.Of<Exception>(error => new Text($"{error.GetType().Name}: {error.Message}")),
        ValuePrinter.Of<Objective>(FormulaPrinter.Of),
        ValuePrinter.Of<ContrastPair>(PairPrinter.Of),
        ValuePrinter.Of<PairScores>(ScoresPrinter.Of),
        ValuePrinter.Of<PairSensitivity>(SensitivityPrinter.Of),
        ValuePrinter.Of<Experiment>(ExperimentPrinter.Of),
        ValuePrinter.Of<Run>(RunPrinter.Of),
        ValuePrinter.Of<RgbImage>((image, way) => new Picture(image, way)),
        ValuePrinter.Of<ImageSource>(PicturePrinter.Of),
        ValuePrinter.Of<PlotPicture>(PlotPrinter.Of),
        ValuePrinter.Of<torch.Tensor>(TensorPrinter.Of),
        ValuePrinter.Of<IEnumerable>(RowsPrinter.Of),
        ValuePrinter.Of<object>(ObjectPrinter.Of),
    ];

    /// <summary>Shows a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="way">How the terminal shows pictures.</param>
    public static IRenderable Of(object value, PictureWay way) =>
        Table.First(printer => printer.Type.IsInstanceOfType(value)).Render(value, way);
}
