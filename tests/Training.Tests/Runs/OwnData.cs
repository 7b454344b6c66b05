using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Models.Images;
using SVco.Models.Text;
using SVco.Tests;

namespace SVco.Training.Tests;

/// <summary>The same pairs by our own way from the JSON and PNG files.</summary>
sealed class OwnData(string family, int maxTextLength) : OfficialData(family)
{
    public override ImmutableArray<PreparedPair> Pairs(string file)
    {
        var chat = ChatFormat.For(Tokenizer.Load(Checkpoint), Checkpoint);
        var read = MvcJson.Parse(File.ReadAllText(Golden.PathOf("svco", file)), file, Golden.PathOf("svco"));
        Assert.Empty(read.Refusals);
        var (prepared, refused) = PairPreparation.Prepare(read.Pairs, chat, maxTextLength, Behaviour.Official);
        Assert.Empty(refused);
        return prepared;
    }

    public override ProcessedImage Load(ImageSource image) =>
        ImageProcessor.Load(Checkpoint).Process(ImageRenderer.Render(image), Behaviour.Official);
}
