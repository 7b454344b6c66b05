using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>Marks by name, and the names that the graders of the paper's benchmarks give.</summary>
public static class Marks
{
    /// <summary>By the official rule, from 0 to 1; for a judge what the official script averages (MMHal: 0 to 6; LLaVA-Bench: 1 to 10).</summary>
    public const string Official = "official";

    /// <summary>By the corrected rule, in the same unit; not there where a judge's reply cannot be read.</summary>
    public const string Corrected = "corrected";

    /// <summary>1 where the corrected rule found no answer in the text, such as no letter of an option; 0 elsewhere.</summary>
    public const string Unread = "unread";

    /// <summary>
    /// 1 where the official rule could read none of a judge's replies and counts something all the same (MMHal 0, so hallucinated; LLaVA-Bench -1
    /// for both answers); not there elsewhere.
    /// </summary>
    public const string OfficialUnread = "official unread";

    /// <summary>LLaVA-Bench: the reference answer's mark as the official script averages it.</summary>
    public const string OfficialReference = "official reference";

    /// <summary>LLaVA-Bench: the reference answer's mark by the corrected reading.</summary>
    public const string CorrectedReference = "corrected reference";

    /// <summary>MMHal: 1 where the official score is below 3, else 0.</summary>
    public const string OfficialHallucination = "official hallucination";

    /// <summary>MMHal: 1 where the corrected score is below 3, else 0.</summary>
    public const string CorrectedHallucination = "corrected hallucination";

    /// <summary>MMHal: how informative the answer is, from 0 to 3, by the official script's stricter reading.</summary>
    public const string OfficialInformativeness = "official informativeness";

    /// <summary>MMHal: how informative the answer is, from 0 to 3, by the corrected reading.</summary>
    public const string CorrectedInformativeness = "corrected informativeness";

    /// <summary>No marks.</summary>
    public static ImmutableSortedDictionary<string, double> None { get; } =
        ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);

    /// <summary>Some marks.</summary>
    public static ImmutableSortedDictionary<string, double> Of(params (string Name, double Value)[] marks) =>
        None.AddRange(marks.Select(mark => KeyValuePair.Create(mark.Name, mark.Value)));
}
