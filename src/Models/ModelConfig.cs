using System.Collections.Immutable;
using System.Text.Json.Nodes;
using SVco.Core;
using SVco.Core.Packing;
using SVco.Models.Images;
using SVco.Models.Networks;

namespace SVco.Models;

/// <summary>
/// A vision-language model's config: all that can be said of the model without its weights. What a family adds are its network
/// (<see cref="Build"/>), its parameters' names, and how many tokens an image takes.
/// </summary>
public abstract record ModelConfig
{
    /// <summary>The decoder.</summary>
    public abstract TextConfig Text { get; init; }

    /// <summary>The token that stands for an image in the text, and for each of its features once it is expanded.</summary>
    public abstract int ImageTokenId { get; init; }

    /// <summary>pad_token_id, if the config names one.</summary>
    public abstract int? PadTokenId { get; init; }

    /// <summary>torch_dtype as it is written in config.json; empty where absent.</summary>
    public abstract string TorchDtype { get; init; }

    /// <summary>The processed size of an image of which nothing else is known.</summary>
    public abstract ImageSize UsualImage { get; }

    /// <summary>How many tokens <see cref="UsualImage"/> takes.</summary>
    public int UsualImageTokens => ImageTokens(UsualImage).Count;

    /// <summary>How many dimensions rotary positions have.</summary>
    public int PositionDimensions => Math.Max(1, Text.RopeSections.Length);

    /// <summary>A model of the same widths whose usual image takes about so many tokens.</summary>
    public abstract ModelConfig WithImageTokens(int tokens);

    /// <summary>The width of the vision tower's features.</summary>
    public abstract int FeatureWidth { get; }

    /// <summary>The tokens of an image in the decoder.</summary>
    /// <param name="size">The image's size after processing.</param>
    public abstract ImageTokens ImageTokens(ImageSize size);

    /// <summary>What the vision tower does with an image.</summary>
    /// <param name="size">The image's size after processing.</param>
    public abstract VisionGeometry VisionOf(ImageSize size);

    /// <summary>The part that a parameter or a linear map belongs to, by its Hugging Face name.</summary>
    public abstract Part PartOf(string name);

    /// <summary>A regular expression for how the names of the linear maps of these parts begin, as a saved LoRA needs it.</summary>
    public abstract string NamePattern(Part parts);

    /// <summary>The last part of the name of the linear map that gives the logits, which `all-linear` leaves out as PEFT does.</summary>
    public virtual string OutputHead => ParameterNames.OutputHead;

    /// <summary>
    /// Whether weight decay applies to a parameter, by its Hugging Face name or an adapter's: never to a bias or a norm. Under
    /// <see cref="Behaviour.Official"/> a family may differ.
    /// </summary>
    public virtual bool HasWeightDecay(string parameter, Behaviour behaviour) =>
        !ParameterNames.IsBias(parameter) && !ParameterNames.IsNorm(parameter);

    /// <summary>The names under which files may hold a parameter, the preferred one first.</summary>
    public virtual IEnumerable<string> NamesInFiles(string parameter) => [parameter];

    /// <summary>Whether a tensor of this name may stand in the files without being a parameter.</summary>
    public virtual bool MayStandInFiles(string name) => CheckpointWeights.IsComputed(name);

    /// <summary>Makes the network, which asks for each parameter once, in the order in which they are listed and saved.</summary>
    public abstract VisionLanguageModel Build(IWeights weights);

    /// <summary>The config.json of this model, complete.</summary>
    public abstract JsonObject ToJson();

    /// <summary>Lays rows out as trees; see <see cref="PackLayout.Trees"/>.</summary>
    /// <param name="rows">The sequences to score.</param>
    /// <param name="images">The processed size of each image of the batch.</param>
    public ImmutableArray<PackedTree> Trees(IEnumerable<PackRow> rows, IEnumerable<ImageSize> images) =>
        PackLayout.Trees(rows, ImageTokenId, [.. images.Select(ImageTokens)], PositionDimensions);
}
