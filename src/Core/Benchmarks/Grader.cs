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

    /// <summary>
    /// Lets another model judge: what it is asked, and what its replies mean. A reply that the benchmark's rule cannot use is asked for again,
    /// as often and in the way that the official script does. Who asks is elsewhere.
    /// </summary>
    public abstract record Judge : Grader
    {
        /// <summary>What the judge is asked about an answer.</summary>
        /// <param name="answer">The answer.</param>
        /// <param name="attempt">0 for the first request, n after n replies that could not be used.</param>
        /// <returns>Null where the official rule asks no further.</returns>
        public abstract JudgeRequest? Request(string answer, int attempt);

        /// <summary>The marks that a reply gives; null where the official rule cannot use it.</summary>
        public abstract ImmutableSortedDictionary<string, double>? Read(string reply);

        /// <summary>
        /// The marks after the last reply that is asked for, none of which <see cref="Read"/> could use. A failure has no marks, but for what an
        /// official script averages all the same, and for what a corrected reading finds in one of the replies.
        /// </summary>
        /// <param name="replies">All replies in order.</param>
        public virtual ImmutableSortedDictionary<string, double> GiveUp(ImmutableArray<string> replies) => Marks.None;
    }
}
