using System.Globalization;
using SVco.Core.Metrics;

namespace SVco.Evaluation.Report;

/// <summary>A paragraph that says, from the numbers alone, who wins where.</summary>
public static class Summary
{
    /// <summary>The paragraph.</summary>
    public static string Of(Comparison study)
    {
        if (study.Models.IsEmpty)
        {
            return "No finetuned model is finished yet.";
        }

        var ranked = study.Ranked;
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
            $"Best by benchmark: {List([.. study.Wholes.GroupBy(Best(study)).Where(group => group.Key.Length > 0).Select(group => $"{group.Key} on {List([.. group.Select(column => column.Name)])}")], "; ")}.",
            Harm(study),
        ];
        return string.Join(' ', sentences.Where(sentence => sentence.Length > 0));
    }

    static string Lead(Comparison study, string first, string second) =>
        study.Difference(first, second) switch
        {
            null => $"The lead of {first} over {second} rests on one seed and is an indication only.",
            { Low: > 0 } lead => $"Its lead over {second}, {Number(lead.Mean)} points ({Range(lead)}), holds over the seeds.",
            { } lead =>
                $"Its lead over {second}, {Number(lead.Mean)} points ({Range(lead)}), is within the spread over seeds: not settled.",
        };

    static Func<MetricColumn, string> Best(Comparison study) =>
        column => List([.. study.Models.Prepend(study.Base).Where(model => column.Values.ContainsKey(model) && column.Rank(model) == 1)]);

    static string Harm(Comparison study)
    {
        string[] losses =
        [
            .. study.Wholes.SelectMany(column =>
                study
                    .Models.Where(model => column.Changes.TryGetValue(model, out var change) && change.Mean < -5)
                    .Select(model =>
                        $"{model} on {column.Name} ({Number(column.Values[study.Base].Mean)} to {Number(column.Values[model].Mean)})"
                    )
            ),
        ];
        return losses.Length == 0
            ? $"No finetuned model falls more than 5 % below {study.Base} on any benchmark."
            : $"More than 5 % worse than {study.Base}: {List(losses)}.";
    }

    static string List(string[] names, string comma = ", ") =>
        names.Length < 2 ? string.Concat(names) : $"{string.Join(comma, names[..^1])} and {names[^1]}";

    static string Signed(Interval value) =>
        value.HalfWidth is { } half
            ? $"{value.Mean.ToString("+0.0;−0.0", CultureInfo.InvariantCulture)} ± {Number(half)}"
            : value.Mean.ToString("+0.0;−0.0", CultureInfo.InvariantCulture);

    static string Range(Interval value) => $"95 % interval {Number(value.Low)} to {Number(value.High)}";

    static string Number(double value) => value.ToString("0.0;−0.0", CultureInfo.InvariantCulture);
}
