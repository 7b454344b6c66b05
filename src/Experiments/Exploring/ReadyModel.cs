using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Core.Training;
using SVco.Models;
using SVco.Models.Generation;
using SVco.Models.Images;
using SVco.Models.Lora;
using SVco.Models.Text;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>A model in memory, ready to be asked: <c>var model = await LlavaInterleave7B.Load();</c></summary>
public sealed class ReadyModel : IDisposable
{
    static readonly Cell[] Cells =
    [
        .. from side in Enum.GetValues<Side>() from image in Enum.GetValues<ImageCondition>() select new Cell(side, image),
    ];

    readonly TrainSettings settings;
    readonly ChatFormat chat;
    readonly Tokenizer tokenizer;
    readonly LiveFeatures images;
    readonly LoraAdapter? adapter;
    readonly Lazy<ReadyModel> reference;

    /// <param name="name">What the person called it.</param>
    /// <param name="folder">Where the model lies; with an adapter the one that it belongs to.</param>
    /// <param name="adapterFolder">Its adapter; null without one.</param>
    /// <param name="options">Device and precision.</param>
    /// <param name="settings">How texts become rows.</param>
    /// <param name="reference">Loads the model that it was finetuned from; null where it was not.</param>
    internal ReadyModel(
        string name,
        string folder,
        AdapterFolder? adapterFolder,
        LoadOptions options,
        TrainSettings settings,
        Func<ReadyModel>? reference
    )
    {
        (Name, this.settings) = (name, settings);
        this.reference = new(reference ?? (() => this));
        tokenizer = Tokenizer.Load(folder);
        chat = ChatFormat.For(tokenizer, folder);
        Network = VisionLanguageModel.Load(folder, options);
        adapter = adapterFolder is { } found ? LoraAdapter.Load(found.Path, Network) : null;
        images = new(Network, ImageProcessor.Load(folder).Loader(settings.Behaviour));
    }

    /// <summary>What the person called it.</summary>
    public string Name { get; }

    /// <summary>The network.</summary>
    public VisionLanguageModel Network { get; }

    /// <summary>
    /// The model that it was finetuned from, read when it is first asked for: of a run's checkpoint the run's base model. Itself where nothing
    /// says that it was finetuned, as before the first step of a training.
    /// </summary>
    /// <exception cref="UserException">The base model cannot be read.</exception>
    public ReadyModel Reference => reference.Value;

    /// <summary>The 2 x 3 table of a pair: log-probabilities of both responses under their own image, the other one and none.</summary>
    /// <exception cref="UserException">The pair cannot be scored, or an image cannot be read.</exception>
    public PairScores Score(ContrastPair pair)
    {
        var prepared = Prepared(pair);
        var policy = Scores(prepared);
        using var off = adapter?.Off();
        var before =
            adapter is not null ? Scores(prepared)
            : Reference == this ? policy
            : Reference.Score(pair).Scored.Policy;
        return new(
            pair,
            new(policy, before, prepared.Lengths([(Side.W, Tokens.All), (Side.L, Tokens.All)])),
            adapter is null && Reference == this
        );
    }

    /// <summary>What the images of a pair do to each token of its responses.</summary>
    /// <exception cref="UserException">The pair cannot be scored, or an image cannot be read.</exception>
    public PairSensitivity Sensitivity(ContrastPair pair)
    {
        var prepared = Prepared(pair);
        return new([.. Enum.GetValues<Side>().Select(side => Sensitivity(prepared, side))]);
    }

    /// <summary>The most likely answer to a question about an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="question">The user's text.</param>
    /// <param name="maxNewTokens">The most tokens of the answer.</param>
    /// <param name="stop">Ends it between two tokens.</param>
    /// <exception cref="UserException">The image cannot be read.</exception>
    public string Generate(ImageSource image, string question, int maxNewTokens = 256, CancellationToken stop = default) =>
        Answer([image], question, maxNewTokens, stop);

    /// <summary>The most likely answer to a question about an image file.</summary>
    /// <exception cref="UserException">The image cannot be read.</exception>
    public string Generate(string imageFile, string question, int maxNewTokens = 256, CancellationToken stop = default) =>
        Generate(new ImageSource.File(imageFile), question, maxNewTokens, stop);

    /// <summary>The most likely answer to a question without an image.</summary>
    public string Generate(string question, int maxNewTokens = 256, CancellationToken stop = default) =>
        Answer([], question, maxNewTokens, stop);

    /// <summary>Frees the weights; those of a reference that was read too.</summary>
    public void Dispose()
    {
        if (reference.IsValueCreated && Reference != this)
        {
            Reference.Dispose();
        }

        adapter?.Dispose();
        Network.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name}: {Network.Parameters.Sum(parameter => parameter.Value.NumberOfElements):#,0} parameters, {Network.Dtype} on {Network.Device}";

    string Answer(ImageSource[] shown, string question, int maxNewTokens, CancellationToken stop)
    {
        var prompt = chat.Prompt("", question, shown.Length, settings.Behaviour);
        var answer = ManyRequests
            .Continue(
                Network,
                [new(prompt, [.. shown.Select((_, index) => index)], maxNewTokens)],
                [.. shown.Select(images.SizeOf)],
                which => images.Of([.. which.Select(index => shown[index])]),
                chat.StopIds,
                new(),
                stop
            )
            .Single();
        var expanded = chat.ExpandImages(prompt, [.. shown.Select(image => Network.Config.ImageTokens(images.SizeOf(image)).Count)]);
        return chat.Answer(expanded, answer.Tokens, settings.Behaviour);
    }

    ImmutableDictionary<Cell, double> Scores(PreparedPair prepared) => new PackedScoring().Score(Network, [prepared], Cells, images)[0];

    ResponseSensitivity Sensitivity(PreparedPair prepared, Side side)
    {
        var (own, other, none) = (
            new Cell(side, ImageCondition.Match),
            new Cell(side, ImageCondition.Mismatch),
            new Cell(side, ImageCondition.NoImage)
        );
        var row = prepared.Row(own);
        return new(
            side,
            [.. row.Ids.Where((_, token) => row.Labelled[token]).Select(id => tokenizer.Decode([id], skipSpecialTokens: false))],
            TokenScoring.Sensitivity(Network, row, prepared.Row(none), prepared.Image(own)!, images),
            TokenScoring.Sensitivity(Network, row, prepared.Row(none), prepared.Image(other)!, images)
        );
    }

    PreparedPair Prepared(ContrastPair pair)
    {
        var (prepared, refused) = PairPreparation.Prepare([pair], chat, settings.MaxTextLength, settings.Behaviour);
        return refused is [var refusal] ? throw new UserException($"{refusal.Id}: {refusal.Reason}.") : prepared.Single();
    }
}
