using System.Collections.Immutable;
using System.Reflection;
using SVco.Core;
using SVco.Core.Fields;
using SVco.Files;
using SVco.Training.Caching;

namespace SVco.Experiments;

/// <summary>What a run's folder says of it: the experiment, and what its files are (<c>experiment.yaml</c>).</summary>
static class RunDescription
{
    const string Model = "model";
    const string TrainFile = "train_file";
    const string ValidationFile = "validation_file";
    const string Hash = "_sha256";

    /// <summary>What follows from an experiment and its files.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="modelFolder">The base model's folder.</param>
    /// <param name="weights">The base model's <see cref="ModelFingerprint"/>.</param>
    public static ImmutableSortedDictionary<string, string> Resolve(Experiment experiment, string modelFolder, string weights)
    {
        var facts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        facts["svco"] = typeof(RunDescription).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        facts[Model] = modelFolder;
        facts[Model + Hash] = weights;
        facts["latex"] = experiment.Objective.ToLatex();
        facts["evaluated"] = experiment.EvaluatedObjective.ToString();
        AddFile(facts, TrainFile, experiment.Data.TrainFile);
        AddFile(facts, ValidationFile, experiment.Data.ValidationFile);
        return facts.ToImmutable();
    }

    /// <summary>In which field two runs are not the same experiment; null when they are. Matters of the machine do not count.</summary>
    /// <param name="before">The YAML of the earlier run.</param>
    /// <param name="now">The experiment that is to go on with it.</param>
    /// <param name="resolved">What <see cref="Resolve"/> gives for it.</param>
    public static string? Difference(string before, Experiment now, ImmutableSortedDictionary<string, string> resolved)
    {
        (ImmutableDictionary<string, string> Fields, ImmutableSortedDictionary<string, string> Resolved) earlier;
        try
        {
            earlier = ExperimentYaml.Texts(before);
        }
        catch (UserException error)
        {
            return before.Contains("\ntraining:", StringComparison.Ordinal)
                ? "it was begun by an earlier version of SVco, which alone can go on with it"
                : $"its experiment.yaml cannot be read ({error.Message.TrimEnd('.')})";
        }

        return Experiment
                .AllFields.Where(field => !field.About.IsMachineSetting)
                .Select(field => (field.Path, Before: earlier.Fields[field.Path], Now: FieldText.Of(field.Get(now))))
                .Where(field => field.Before != field.Now)
                .Select(field => $"{field.Path} is {field.Before} in the folder and {field.Now} now")
                .FirstOrDefault()
            ?? Contents(earlier.Resolved)
                .Zip(Contents(resolved))
                .Where(fact => fact.First.Value != fact.Second.Value)
                .Select(fact => $"{fact.First.Name} is {fact.First.Value} in the folder and {fact.Second.Value} now")
                .FirstOrDefault();
    }

    /// <summary>What the files are, wherever they lie. Pairs are called after their file, and what is random in a recipe goes by those names.</summary>
    static IEnumerable<(string Name, string Value)> Contents(ImmutableSortedDictionary<string, string> resolved)
    {
        string Content(string file) =>
            resolved.GetValueOrDefault(file) is { } path
                ? $"{Path.GetFileName(path)} of SHA-256 {resolved.GetValueOrDefault(file + Hash)}"
                : FieldText.Unset;

        return
        [
            ("the base model", $"of SHA-256 {resolved.GetValueOrDefault(Model + Hash)}"),
            ("the file of training pairs", Content(TrainFile)),
            ("the file of validation pairs", Content(ValidationFile)),
        ];
    }

    static void AddFile(ImmutableSortedDictionary<string, string>.Builder facts, string name, string? file)
    {
        if (file is not null)
        {
            using var stream = RunData.OpenPairs(file);
            facts[name] = Path.GetFullPath(file);
            facts[name + Hash] = ContentHash.Of(stream);
        }
    }
}
