using System.Collections.Immutable;
using System.Globalization;

namespace SVco.Training.Bench;

/// <summary>One row of the bench's table: a measurement of ours or of the PyTorch script.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Ours">Our settings; null for a row of the script.</param>
/// <param name="Script">The script's arguments; empty for a row of ours.</param>
/// <param name="Official">The row of the official way to compare with.</param>
/// <param name="Tuned">The row of a careful PyTorch user with the same caches; empty where there is none.</param>
public sealed record BenchRow(string Name, BenchSettings? Ours, ImmutableArray<string> Script, string Official, string Tuned)
{
    /// <summary>All rows for a geometry.</summary>
    /// <param name="settings">Geometry, lengths and steps.</param>
    /// <param name="withScript">Whether the PyTorch script is there to compare with.</param>
    public static ImmutableArray<BenchRow> All(BenchSettings settings, bool withScript)
    {
        const string script = "PyTorch official";
        const string tuned = "PyTorch tuned";
        var official = withScript ? script : "plain";
        var packed = settings with { Way = BenchWay.Packed };
        var cached = packed with { ReferenceCached = true };
        var bothCached = cached with { FeaturesCached = true };

        BenchRow Theirs(string name, string variant, string reference, string features, string type = "fp32") =>
            new(name, null, Arguments(settings, variant, reference, features, type), "PyTorch official", "");
        BenchRow Ours(string name, BenchSettings own, string rival = "") => new(name, own, [], official, withScript ? rival : "");
        BenchRow[] theirs =
        [
            Theirs(script, "official", "live", "live"),
            Theirs(tuned, "tuned", "live", "live"),
            Theirs($"{tuned}, reference cached", "tuned", "cached", "live"),
            Theirs($"{tuned}, both cached", "tuned", "cached", "cached"),
            Theirs($"{tuned}, both cached, bf16", "tuned", "cached", "cached", "bf16"),
        ];
        return
        [
            .. withScript ? theirs : [],
            Ours("plain", settings with { Way = BenchWay.Plain }),
            Ours("packed", packed, tuned),
            Ours("packed, reference cached", cached, $"{tuned}, reference cached"),
            Ours("packed, both cached", bothCached, $"{tuned}, both cached"),
            Ours("packed, both cached, bf16", bothCached with { Bf16 = true }, $"{tuned}, both cached, bf16"),
            Ours("packed, memory small", packed with { MemorySmall = true, TokenBudget = 1 }, tuned),
            Ours("packed, LoRA", packed with { LoraRank = 16 }, tuned),
        ];
    }

    static ImmutableArray<string> Arguments(BenchSettings settings, string variant, string reference, string features, string type)
    {
        static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
        ImmutableArray<string> arguments =
        [
            .. new[] { "--geometry", settings.Geometry, "--variant", variant, "--reference", reference, "--features", features },
            .. new[] { "--dtype", type, "--pairs", Number(settings.Pairs), "--query", Number(settings.Query) },
            .. new[] { "--response", Number(settings.Response), "--text", Number(settings.Text), "--steps", Number(settings.Steps) },
        ];
        return settings.Threads > 0 ? [.. arguments, "--threads", Number(settings.Threads)] : arguments;
    }
}
