using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Augmentation;
using SVco.Curation.Candidates;
using SVco.Curation.Sources;
using SVco.Files;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace SVco.Curation;

/// <summary>Which curation is made.</summary>
public enum CurationKind
{
    /// <summary>Filtered and augmented, the paper's MVC.</summary>
    Mvc,

    /// <summary>The paper's raw ablation: as many pairs, not filtered.</summary>
    Raw,
}

/// <summary>How the images are embedded and which pairs are kept.</summary>
public sealed record FilterSettings
{
    /// <summary>SigLIP: a folder or hub id.</summary>
    public string Siglip { get; init; } = "google/siglip-so400m-patch14-384";

    /// <summary>DINOv2: a folder or hub id.</summary>
    public string Dinov2 { get; init; } = "facebook/dinov2-large";

    /// <summary>Kept above this cosine of SigLIP.</summary>
    public double SiglipMin { get; init; } = Thresholds.Paper.SiglipMin;

    /// <summary>Kept below this cosine of DINOv2.</summary>
    public double Dinov2Max { get; init; } = Thresholds.Paper.Dinov2Max;

    /// <summary>Images in one run of a tower.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>auto, cpu, cuda or cuda:N.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Whether left-right pairs and finished pairs, which are not filtered, get cosines too, e.g. to look at them.</summary>
    public bool ScoreAll { get; init; }

    /// <summary>Seed of the sample of left-right pairs.</summary>
    public ulong Seed { get; init; } = 2025;

    /// <summary>The two limits.</summary>
    [YamlIgnore]
    public Thresholds Thresholds => new(SiglipMin, Dinov2Max);
}

/// <summary>The sizes of the validation part.</summary>
public sealed record SplitSettings
{
    /// <summary>Validation pairs.</summary>
    public int Validation { get; init; } = 240;

    /// <summary>Of which of a source; the others share the rest in proportion to their sizes.</summary>
    public Dictionary<string, int> BySource { get; init; } = [];

    /// <summary>Seed of the split.</summary>
    public ulong Seed { get; init; } = 2025;

    /// <summary>The system prompt of every pair that has none.</summary>
    public string SystemPrompt { get; init; } = "";

    /// <summary>The folder, below the data root, for negative images that are made from positive ones.</summary>
    public string MadeImages { get; init; } = "mvc-made";

    /// <summary>Whether Parquet files are written beside the JSON files.</summary>
    public bool Parquet { get; init; }
}

/// <summary>A curation's YAML file, e.g. configs/mvc.yaml.</summary>
public sealed record CurationSettings
{
    /// <summary>The folder that holds the sources; every path in the output is relative to it. Relative to the YAML file.</summary>
    public string DataRoot { get; init; } = "";

    /// <summary>The folder that everything is written to. Relative to the YAML file.</summary>
    public string Output { get; init; } = "";

    /// <summary>Which pairs.</summary>
    public CurationKind Curation { get; init; }

    /// <summary>The sources.</summary>
    public SourceSettings Sources { get; init; } = new();

    /// <summary>The filter.</summary>
    public FilterSettings Filter { get; init; } = new();

    /// <summary>The texts.</summary>
    public AugmentSettings Augment { get; init; } = new();

    /// <summary>The split and the files.</summary>
    public SplitSettings Split { get; init; } = new();

    /// <summary>The candidates that become pairs.</summary>
    [YamlIgnore]
    public Recipe<Candidate> Recipe =>
        Curation == CurationKind.Raw
            ? CandidateRecipe.Raw(Filter.Thresholds, Filter.Seed)
            : CandidateRecipe.Mvc(Filter.Thresholds, Filter.Seed);

    /// <summary>The plan of the split.</summary>
    [YamlIgnore]
    public SplitPlan SplitPlan => new(Split.Validation, Split.BySource.ToImmutableDictionary(), Split.Seed);

    /// <summary>Reads a YAML file.</summary>
    /// <exception cref="UserException">It is missing, malformed, or has an unknown or impossible setting; names the place.</exception>
    public static CurationSettings Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserException($"The curation {path} does not exist. See configs/mvc.yaml for an example.");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        CurationSettings settings;
        try
        {
            var text = TextFile.Read(path);
            RequireValues(path, YamlText.Root(text, path));
            settings =
                new DeserializerBuilder()
                    .WithNamingConvention(UnderscoredNamingConvention.Instance)
                    .WithEnforceRequiredMembers()
                    .Build()
                    .Deserialize<CurationSettings?>(text)
                ?? new();
        }
        catch (YamlException error)
        {
            throw new UserException(
                $"{path}, line {error.Start.Line}, column {error.Start.Column}: {(error.InnerException ?? error).Message}",
                error
            );
        }

        var output = Path.GetFullPath(Path.Combine(folder, settings.Output));
        return File.Exists(output)
            ? throw new UserException($"{path}: output: {output} is a file; name a folder.")
            : settings.Validated(path) with
            {
                DataRoot = Path.GetFullPath(Path.Combine(folder, settings.DataRoot)),
                Output = output,
                Filter = settings.Filter with { Siglip = Model(settings.Filter.Siglip), Dinov2 = Model(settings.Filter.Dinov2) },
            };

        // A folder beside the YAML file, else what ModelHub makes of it.
        string Model(string name) => Path.Combine(folder, name) is var near && Directory.Exists(near) ? near : name;
    }

    /// <summary>A key without a value would quietly mean something else than its default.</summary>
    static void RequireValues(string path, YamlNode root)
    {
        foreach (var node in root.AllNodes)
        {
            var empty = node switch
            {
                YamlMappingNode map => map.Where(entry => IsEmpty(entry.Value)).Select(entry => (entry.Value, $"{entry.Key}")),
                YamlSequenceNode list => list.Where(IsEmpty).Select(item => (item, "an item of a list")),
                _ => [],
            };
            foreach (var (value, name) in empty)
            {
                throw new UserException($"{path}, line {value.Start.Line}: {name} has no value. Give it one, or leave it out.");
            }
        }

        static bool IsEmpty(YamlNode node) =>
            node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" or "Null" or "NULL" };
    }

    CurationSettings Validated(string path)
    {
        Require(Output.Length > 0, "output: say which folder to write to");
        Require(Enum.IsDefined(Curation), "curation: is mvc or raw");
        Require(double.IsFinite(Filter.SiglipMin) && double.IsFinite(Filter.Dinov2Max), "filter: siglip_min and dinov2_max are numbers");
        Require(
            Split.MadeImages.Length > 0
                && FolderBoundary.IsIn(Path.GetFullPath(Path.Combine("/root", Split.MadeImages)), Path.GetFullPath("/root")),
            "split: made_images is a folder below the data root"
        );
        Require(Filter.Batch is > 0 and <= 4096, "filter: batch is from 1 to 4096");
        Require(Split.Validation >= 0, "split: validation is not negative");
        Require(Split.BySource.Values.All(count => count >= 0), "split: by_source has no negative numbers");
        Augment.Check(Require);
        return this;

        void Require(bool holds, string rule)
        {
            if (!holds)
            {
                throw new UserException($"{path}: {rule}.");
            }
        }
    }
}
