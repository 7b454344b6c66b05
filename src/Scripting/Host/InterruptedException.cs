using SVco.Experiments;

namespace SVco.Scripting.Host;

/// <summary>The person has interrupted something that the command that was typed goes on with.</summary>
/// <param name="args">The arguments that it was given.</param>
/// <param name="cause">How it ended.</param>
sealed class InterruptedException(IReadOnlyList<string> args, OperationCanceledException cause)
    : OperationCanceledException($"Interrupted. {ShellCommand.GoesOn(args)}", cause, cause.CancellationToken);
