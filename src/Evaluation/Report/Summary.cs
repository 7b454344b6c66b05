using System.Collections.Immutable;
using SVco.Core.Statistics;

namespace SVco.Evaluation.Report;

/// <summary>Sentences that say, from the numbers alone, who wins where.</summary>
public static class Summary
{
    /// <summary>A few sentences, the most important first.</summary>
    public static ImmutableArray<string> Of(Comparison study)
    {
        var ranked = study.Ranked;
        if (ranked.IsEmpty)
        {
            return ["No finetuned model has a number that is averaged yet."];
        }

        var seeds = study.Improvements[ranked[0]].Count;
        var averaged = study.Wholes.Count(column => column.Averaged);
        string[] sentences =
        [
            $"Averaged over {averaged} benchmark numbers and {seeds} {(seeds == 1 ? "seed" : "seeds")}, {ranked[0]} improves most over {study.Base} ({Signed(study.Improvement(ranked[0]))} %)"
                + (
                    ranked.Length > 1
                        ? $", then {List([.. ranked.Skip(1).Select(model => $"{model} ({Signed(study.Improvement(model))} %)")])}."
                        : "."
                ),
            ranked.Length > 1 ? Lead(study, ranked[0], ranked[1]) : "",
            Fragile(study, ranked),
            Best(study),
            .. Harm(study),
        ];
        return [.. sentences.Where(sentence => sentence.Length > 0)];
    }

    static string Lead(Comparison study, string first, string second) =>
        study.Difference(first, second) switch
        {
            null => $"The lead of {first} over {second} rests on one seed and is an indication only.",
            { Low: > 0 } lead => $"Its lead over {second}, {NumberText.Of(lead.Mean)} points ({Range(lead)}), holds over the seeds.",
            { } lead =>
                $"Its lead over {second}, {NumberText.Of(lead.Mean)} points ({Range(lead)}), is within the spread over seeds: not settled.",
        };

    /// <summary>Whether one benchmark alone decides who is first.</summary>
    static string Fragile(Comparison study, ImmutableArray<string> ranked)
    {
        var averaged = study.Wholes.Where(column => column.Averaged).ToArray();
        // A number can be left out only where every model has it and others.
        if (
            ranked.Length < 2
            || averaged.DistinctBy(column => column.Benchmark).Count() < 2
            || !averaged.All(column => ranked.All(column.Changes.ContainsKey))
        )
        {
            return "";
        }

        var others = averaged
            .Select(column =>
                (
                    column.Name,
                    Leader: ranked.MaxBy(model => study.ImprovementWithout(model, column.Benchmark))!,
                    Of: (Func<string, string>)(model => NumberText.Of(study.ImprovementWithout(model, column.Benchmark)))
                )
            )
            .Where(without => without.Leader != ranked[0])
            .Select(without =>
                $"without {without.Name}, {without.Leader} is first ({without.Of(without.Leader)} against {without.Of(ranked[0])} %)"
            )
            .ToArray();
        return others.Length == 0
            ? $"{ranked[0]} stays first whichever of the {averaged.Length} numbers is left out."
            : $"The first place hangs on one number: {List(others)}.";
    }

    static string Best(Comparison study)
    {
        var best = study
            .Wholes.Select(column =>
                (
                    column.Name,
                    Models: study
                        .Models.Prepend(study.Base)
                        .Where(model => column.Values.ContainsKey(model) && column.Rank(model) == 1)
                        .ToImmutableArray()
                )
            )
            .ToLookup(column => column.Models.Length == 1);
        string[] clauses =
        [
            .. best[true]
                .GroupBy(column => column.Models[0])
                .Select(group => $"{group.Key} on {List([.. group.Select(column => column.Name)])}"),
            .. best[false].Any()
                ? [$"several share the best on {List([.. best[false].Select(column => column.Name)])}"]
                : Array.Empty<string>(),
        ];
        return $"Best by benchmark: {string.Join("; ", clauses)}.";
    }

    static IEnumerable<string> Harm(Comparison study)
    {
        var losses = study
            .Models.Select(model =>
                (
                    Model: model,
                    Columns: study
                        .Wholes.Where(column =>
                            column.Averaged
                            && column.Changes.TryGetValue(model, out var change)
                            && change.Mean < -5
                            && (change.HalfWidth is null || change.High < 0)
                        )
                        .Select(column =>
                            $"{column.Name} ({NumberText.Of(column.Values[study.Base].Mean)} to {NumberText.Of(column.Values[model].Mean)})"
                        )
                        .ToArray()
                )
            )
            .Where(model => model.Columns.Length > 0)
            .ToArray();
        return losses.Length == 0
            ? [$"No finetuned model falls more than 5 % below {study.Base} on any averaged benchmark."]
            : losses.Select(model => $"{model.Model} is more than 5 % worse than {study.Base} on {List(model.Columns)}.");
    }

    static string List(string[] names) => names.Length < 2 ? string.Concat(names) : $"{string.Join(", ", names[..^1])} and {names[^1]}";

    static string Signed(Interval value) =>
        value.HalfWidth is { } half ? $"{NumberText.Signed(value.Mean)} ± {NumberText.Of(half)}" : NumberText.Signed(value.Mean);

    static string Range(Interval value) => $"95 % interval {NumberText.Of(value.Low)} to {NumberText.Of(value.High)}";
}
