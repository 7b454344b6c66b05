using System.Text;
using SVco.Files;

namespace SVco.Experiments;

/// <summary>A run of a sweep: a point with a seed.</summary>
/// <param name="Point">The point.</param>
/// <param name="Seed">The seed, <c>train.seed</c>.</param>
/// <param name="Experiment">The experiment with both, which writes to the run's own folder.</param>
public sealed record SweepRun(SweepPoint Point, int Seed, Experiment Experiment)
{
    /// <summary>What no folder's name should have, or no shell takes as it is.</summary>
    static readonly char[] NoLetters =
    [
        .. Enumerable
            .Range(0, 128)
            .Select(code => (char)code)
            .Where(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '_' or '-')),
    ];

    /// <summary>The run for people.</summary>
    public string Title =>
        string.Join(", ", Point.Settings.Append(new(SweepYaml.Seed, $"{Seed}")).Select(setting => $"{LastOf(setting)} {setting.Value}"));

    static string LastOf(Setting setting) => setting.Path[(setting.Path.LastIndexOf('.') + 1)..];

    const int LongestSlug = 60;
    const int HashDigits = 6;

    /// <summary>
    /// Names its folder: what people can read of point and seed, and a hash of both, so that the run is found again when other points
    /// were added to the sweep.
    /// </summary>
    public string Name => NameOf(Point, Seed);

    internal static string NameOf(SweepPoint point, int seed)
    {
        var slug = new StringBuilder();
        foreach (var setting in point.Settings.Append(new(SweepYaml.Seed, $"{seed}")))
        {
            slug.Append(slug.Length > 0 ? "_" : "")
                .Append(LastOf(setting))
                .Append('=')
                .AppendJoin('-', setting.Value.Split(NoLetters, StringSplitOptions.RemoveEmptyEntries));
        }

        slug.Length = Math.Min(slug.Length, LongestSlug);
        return $"{slug.ToString().TrimEnd('.')}-{ContentHash.Of($"{point.Key}\n{seed}")[..HashDigits]}";
    }

    /// <summary>The options that make the run of the sweep's experiment, as the command line takes them.</summary>
    public IEnumerable<string> Options =>
        Point
            .Settings.Append(new(SweepYaml.Seed, $"{Seed}"))
            .Append(new("output", Experiment.Folder))
            .Concat(Experiment.Evaluate.BaseAnswers is { } shared ? [new Setting(Sweep.BaseAnswers, shared)] : [])
            .Select(setting => $"{FieldOptions.NameOf(FieldNames.Find(setting.Path))}={setting.Value}");
}
