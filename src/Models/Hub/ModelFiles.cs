using System.Collections.Immutable;
using SVco.Core;
using SVco.Models.Text;

namespace SVco.Models.Hub;

/// <summary>Which files of a repository a model folder is made of.</summary>
public static class ModelFiles
{
    /// <summary>The network's description.</summary>
    public const string Config = "config.json";

    /// <summary>The weights, when they are one file.</summary>
    public const string SingleWeights = "model.safetensors";

    /// <summary>The map from tensor to shard, when the weights are several files.</summary>
    public const string WeightsIndex = "model.safetensors.index.json";

    /// <summary>File systems allow 255 letters, some of which a temporary name beside the file needs.</summary>
    const int LongestName = 200;

    const string Tokenizer = "tokenizer.json";
    const string ImageProcessor = "preprocessor_config.json";
    const string Processor = "processor_config.json";

    /// <summary>Whether a file beside the weights belongs to the folder: settings, tokenizer, chat template, image processor.</summary>
    public static bool IsSmallFile(string name) =>
        name
            is Config
                or ImageProcessor
                or Processor
                or WeightsIndex
                or "generation_config.json"
                or "added_tokens.json"
                or "special_tokens_map.json"
        || (
            (name.StartsWith("tokenizer", StringComparison.Ordinal) || name.StartsWith("chat_template", StringComparison.Ordinal))
            && IsPlainName(name)
            && Path.GetExtension(name) is ".json" or ".model" or ".jinja" or ".txt"
        );

    /// <summary>Whether a folder has weights, in one file or in shards; a link to nothing counts.</summary>
    public static bool HasWeights(string folder) =>
        Path.Exists(Path.Combine(folder, SingleWeights)) || Path.Exists(Path.Combine(folder, WeightsIndex));

    /// <summary>The shards that an index names, each once.</summary>
    /// <exception cref="UserException">The file is no index, or names a file outside its folder.</exception>
    public static ImmutableArray<string> Shards(string indexFile) =>
        [.. ShardOf(indexFile).Values.ToImmutableSortedSet(StringComparer.Ordinal)];

    /// <summary>The shard of each tensor, by an index.</summary>
    /// <exception cref="UserException">The file is no index, or names a file outside its folder.</exception>
    public static ImmutableDictionary<string, string> ShardOf(string indexFile) =>
        JsonField
            .Read(indexFile)["weight_map"]
            .Members()
            .ToImmutableDictionary(
                entry => entry.Name,
                entry =>
                    IsPlainName(entry.Field.String())
                        ? entry.Field.String()
                        : throw entry.Field.Mistake("must be a file of this folder; delete the index and fetch it again"),
                StringComparer.Ordinal
            );

    /// <summary>
    /// The files that a folder lacks to be loaded. Before the index is there the shards' names are not known:
    /// <see cref="SingleWeights"/> then stands for the weights.
    /// </summary>
    /// <exception cref="UserException">The folder's index cannot be read.</exception>
    public static ImmutableArray<string> Missing(string folder)
    {
        bool Has(string name) => IsThere(Path.Combine(folder, name));
        string[] small = Images.ImageProcessor.FileOf(folder) is null ? [Config, Tokenizer, ImageProcessor] : [Config, Tokenizer];
        var weights = Has(WeightsIndex) ? Shards(Path.Combine(folder, WeightsIndex)) : [SingleWeights];
        return [.. small.Concat(weights).Where(name => !Has(name))];
    }

    /// <summary>Whether a name stays inside its folder, and is short enough for a file's.</summary>
    public static bool IsPlainName(string? name) =>
        name is { Length: > 0 and <= LongestName }
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
        && name.Trim('.').Length > 0;

    /// <summary>Whether a file exists; a link counts only if what it points to exists.</summary>
    public static bool IsThere(string file)
    {
        try
        {
            return File.Exists(file) && (File.ResolveLinkTarget(file, returnFinalTarget: true) is not { } target || target.Exists);
        }
        catch (IOException)
        {
            // A link that leads to itself.
            return false;
        }
    }
}
