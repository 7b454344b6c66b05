using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using TorchSharp;
using static TorchSharp.torch;

namespace SVco.Scripting.Printing;

/// <summary>A tensor: type, shape, device and range; small ones with their values.</summary>
static class TensorPrinter
{
    const int MostShown = 8;

    public static IRenderable Of(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var shape = string.Join(", ", tensor.shape);
        var head = $"{tensor.dtype} [{shape}] on {tensor.device}";
        // Sums of float16 and whole numbers would overflow.
        var values = tensor.NumberOfElements > 0 && !is_complex(tensor) ? tensor.detach().to(ScalarType.Float64).cpu() : null;
        return values is null ? new Text(head) : new Rows([new Text($"{head}, {Range(values)}"), .. Values(values)]);
    }

    static string Range(Tensor values)
    {
        var finite = values.masked_select(values.isfinite());
        var odd = values.NumberOfElements - finite.NumberOfElements;
        var range =
            finite.NumberOfElements == 0
                ? "no number is finite"
                : $"{Number(finite.min().item<double>())} to {Number(finite.max().item<double>())}, mean {Number(finite.mean().item<double>())}";
        return odd > 0 && finite.NumberOfElements > 0 ? $"{range}, {odd} not finite" : range;
    }

    static IEnumerable<IRenderable> Values(Tensor values)
    {
        if (values.dim() > 2 || values.shape.Any(size => size > MostShown))
        {
            yield break;
        }

        var rows = values.dim() == 2 ? values : values.reshape(1, -1);
        var grid = new Grid();
        for (var column = 0; column < rows.shape[1]; column++)
        {
            grid.AddColumn(new GridColumn().RightAligned());
        }

        for (var row = 0; row < rows.shape[0]; row++)
        {
            grid.AddRow([.. rows[row].contiguous().data<double>().Select(value => new Text(Number(value)))]);
        }

        yield return grid;
    }

    static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
}
