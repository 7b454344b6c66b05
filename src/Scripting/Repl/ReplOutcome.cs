using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace SVco.Scripting.Repl;

/// <summary>What became of an input.</summary>
abstract record ReplOutcome
{
    ReplOutcome() { }

    /// <summary>It ran to its end.</summary>
    /// <param name="NotRun">What loaded files say at their ends, which was left out.</param>
    public sealed record Done(ImmutableArray<string> NotRun) : ReplOutcome;

    /// <summary>It does not compile.</summary>
    public sealed record Refused(ImmutableArray<Diagnostic> Errors) : ReplOutcome;

    /// <summary>It threw.</summary>
    /// <param name="Error">What it threw.</param>
    /// <param name="Files">The files that were loaded so far.</param>
    public sealed record Failed(Exception Error, ImmutableArray<string> Files) : ReplOutcome;

    /// <summary>Ctrl-C ended it.</summary>
    /// <param name="GoesOn">Whether something of it cannot be stopped and goes on unseen, such as a wait.</param>
    public sealed record Ended(bool GoesOn) : ReplOutcome;
}
