using SVco.Chat;
using SVco.Core.Benchmarks;

namespace SVco.Evaluation.Judges;

/// <summary>A language model that judges answers; what it said of a request is never asked or paid for again.</summary>
/// <param name="calls">Asks it, or only its journal.</param>
/// <param name="settings">Which model.</param>
public sealed class Judge(PaidCalls calls, JudgeSettings settings)
{
    /// <summary>How many answers are judged at a time.</summary>
    public int Concurrency => settings.Concurrency;

    /// <summary>Names the judge in the keys of verdicts; empty where each benchmark's own is asked.</summary>
    public string Name => settings.Model ?? "";

    /// <summary>What a request becomes.</summary>
    /// <param name="request">A benchmark's.</param>
    public ChatRequest RequestOf(JudgeRequest request) =>
        new(
            settings.Model ?? request.Model,
            [.. request.Messages.Select(message => new ChatMessage(message.Role, message.Text))],
            request.Temperature,
            request.MaxTokens
        );

    /// <summary>The reply to a request, empty where the judge refuses or what it sends cannot be read; null where it is not recorded and nobody can be asked.</summary>
    /// <param name="about">Benchmark, item and run.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="attempt">How often the answer was judged before in this run.</param>
    /// <param name="stop">No further call is made.</param>
    /// <exception cref="BudgetException">The call might exceed the budget.</exception>
    /// <exception cref="UnansweredException">The server did not answer.</exception>
    public async Task<string?> ReplyAsync(string about, JudgeRequest request, int attempt, CancellationToken stop) =>
        await calls.AskAsync(about, RequestOf(request), attempt, stop) is { } answer ? answer.Written ?? "" : null;
}
