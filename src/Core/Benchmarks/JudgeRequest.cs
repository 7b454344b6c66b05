using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>What a judge is asked: a chat completion.</summary>
/// <param name="Model">The model that the benchmark's official script asks; whoever asks may ask another and must name it.</param>
/// <param name="Messages">The messages in order.</param>
/// <param name="Temperature">The sampling temperature.</param>
/// <param name="MaxTokens">The most tokens of the reply.</param>
public sealed record JudgeRequest(string Model, ImmutableArray<JudgeMessage> Messages, double Temperature, int MaxTokens);

/// <summary>A message to a judge.</summary>
/// <param name="Role">system or user.</param>
/// <param name="Text">Its text.</param>
public sealed record JudgeMessage(string Role, string Text);
