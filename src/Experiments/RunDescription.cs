using System.Collections.Immutable;
using System.Reflection;
using SVco.Core;
using SVco.Core.Fields;
using SVco.Files;
using SVco.Training;
using SVco.Training.Caching;

namespace SVco.Experiments;

/// <summary>What a run's folder says of it: the experiment, and what its files are (<c>experiment.yaml</c>).</summary>
static class RunDescription
{
    const string Model = "model";
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
        foreach (var (name, path) in experiment.Data.Files())
        {
            facts[name] = Path.GetFullPath(path);
            facts[name + Hash] = InputFile.Read(path, "readable", () => ContentHash.OfFile(path));
        }

        return facts.ToImmutable();
    }

    /// <summary>The base model's folder of the run that left a checkpoint; null where the folder is no run's checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint's folder, in a run's folder or among those that the run kept.</param>
    /// <exception cref="UserException">The run's description cannot be read, or its base model is no longer there.</exception>
    public static string? BaseOf(string checkpoint)
    {
        var above = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(checkpoint)));
        var description = new[] { above, Path.GetDirectoryName(above) }
            .OfType<string>()
            .Select(folder => Path.Combine(folder, RunFolder.Description))
            .FirstOrDefault(File.Exists);
        if (description is null || ExperimentYaml.Texts(TextFile.Read(description)).Resolved.GetValueOrDefault(Model) is not { } folder)
        {
            return null;
        }

        return Directory.Exists(folder)
            ? folder
            : throw new UserException($"The base model of {checkpoint} is no longer in {folder} ({description}). Put it back.");
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
                .AllFields.Where(field => !field.About.IsMachineSetting && !Experiment.IsOfEvaluation(field))
                .Select(field => (field.Path, Before: earlier.Fields[field.Path], Now: FieldText.Of(field.Get(now))))
                .Where(field => field.Before != field.Now)
                .Select(field => $"{field.Path} is {field.Before} in the folder and {field.Now} now")
                .FirstOrDefault()
            ?? Difference(Contents(earlier.Resolved), Contents(resolved));
    }

    static string? Difference(ImmutableDictionary<string, string> before, ImmutableDictionary<string, string> now) =>
        before
            .Keys.Union(now.Keys)
            .Order(StringComparer.Ordinal)
            .Select(name =>
                (Name: name, Before: before.GetValueOrDefault(name, FieldText.Unset), Now: now.GetValueOrDefault(name, FieldText.Unset))
            )
            .Where(fact => fact.Before != fact.Now)
            .Select(fact => $"{fact.Name} is {fact.Before} in the folder and {fact.Now} now")
            .FirstOrDefault();

    /// <summary>What the files are, wherever they lie. Pairs are called after their file, and what is random in a recipe goes by those names.</summary>
    static ImmutableDictionary<string, string> Contents(ImmutableSortedDictionary<string, string> resolved) =>
        resolved
            .Where(fact => fact.Key.EndsWith(Hash, StringComparison.Ordinal))
            .Select(fact => (File: fact.Key[..^Hash.Length], Content: $"of SHA-256 {fact.Value}"))
            .ToImmutableDictionary(
                fact => NameOf(fact.File),
                fact => fact.File == Model ? fact.Content : $"{Path.GetFileName(resolved[fact.File])} {fact.Content}"
            );

    static string NameOf(string file) =>
        file switch
        {
            Model => "the base model",
            Mvc.TrainFile => "the file of training pairs",
            Mvc.ValidationFile => "the file of validation pairs",
            _ => $"the recipe's {file}",
        };
}
