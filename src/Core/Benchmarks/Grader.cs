using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>
/// Marks a written answer. A grader holds the truth of its item as plain values, so that it can be compared, written to a file and hashed; a
/// verdict follows from the grader and the answer alone. One grader may give several marks, such as that of the official rule and that of a
/// corrected one.
/// </summary>
public abstract record Grader
{
    Grader() { }

    /// <summary>The truth in words, for people.</summary>
    public abstract string Truth { get; }

    /// <summary>Marks by a rule.</summary>
    public abstract record Rule : Grader
    {
        /// <summary>The marks of an answer, by name.</summary>
        public abstract ImmutableSortedDictionary<string, double> Grade(string answer);
    }

    /// <summary>Lets another model judge: what it is asked, and what its reply means. Who asks it is elsewhere.</summary>
    public abstract record Judge : Grader
    {
        /// <summary>What the judge is asked about an answer.</summary>
        public abstract string Request(string answer);

        /// <summary>The marks that a reply gives; null where it gives none, which is a failure and never a mark.</summary>
        public abstract ImmutableSortedDictionary<string, double>? Read(string reply);
    }
}

/// <summary>Marks by name.</summary>
public static class Marks
{
    /// <summary>No marks.</summary>
    public static ImmutableSortedDictionary<string, double> None { get; } =
        ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);

    /// <summary>Some marks.</summary>
    public static ImmutableSortedDictionary<string, double> Of(params (string Name, double Value)[] marks) =>
        None.AddRange(marks.Select(mark => KeyValuePair.Create(mark.Name, mark.Value)));
}
