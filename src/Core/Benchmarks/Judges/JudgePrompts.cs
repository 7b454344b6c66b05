namespace SVco.Core.Benchmarks;

/// <summary>
/// The texts in which judges are asked. The official ones are other people's and not ours to give away: without them a judge is asked in
/// our own words (<see cref="SVco"/>), which measures the same but not the same number; the name is to be told in every table.
/// </summary>
/// <param name="Name">The name in tables.</param>
/// <param name="MmVet">MM-Vet's: {question}, {truth}, {answer}.</param>
/// <param name="LlavaConversation">LLaVA-Bench's for its category conv: {context}, {question}, {reference}, {answer}.</param>
/// <param name="LlavaDetail">The same for detail.</param>
/// <param name="LlavaComplex">The same for complex.</param>
/// <param name="MmHal">MMHal-Bench's: {contents}, {question}, {truth}, {answer}.</param>
public sealed partial record JudgePrompts(
    string Name,
    JudgePrompt MmVet,
    JudgePrompt LlavaConversation,
    JudgePrompt LlavaDetail,
    JudgePrompt LlavaComplex,
    JudgePrompt MmHal
);
