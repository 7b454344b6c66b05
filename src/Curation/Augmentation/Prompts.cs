using SVco.Chat;
using SVco.Curation.Candidates;

namespace SVco.Curation.Augmentation;

/// <summary>The two calls of a pair, in our words.</summary>
static class Prompts
{
    const string Writer =
        "You write training data for a vision-language model. You see no images, only one caption for each of two nearly equal images. "
        + "Answer with JSON only.";

    /// <summary>The first call: a question for both images.</summary>
    public static List<ChatMessage> Question(Candidate pair) =>
        [
            new("system", Writer),
            new(
                "user",
                $"{Captions(pair)}\nWrite one natural question that a person could ask about either image, whose answer differs between them "
                    + "exactly where the captions differ. The question must not mention or hint at either answer. JSON: {\"question\": \"...\"}"
            ),
        ];

    /// <summary>The second call: the question polished and both captions as answers.</summary>
    public static List<ChatMessage> Texts(Candidate pair, string question) =>
        [
            new("system", Writer),
            new(
                "user",
                $"{Captions(pair)}\nQuestion: {question}\nPolish the question if it needs it, still without mentioning an answer. Then rephrase each caption into a "
                    + "friendly, conversational answer for its own image. Keep every detail in which the captions differ: numbers, positions, "
                    + "attributes and objects in the same words; add nothing that a caption does not say. "
                    + "JSON: {\"question\": \"...\", \"answer_1\": \"...\", \"answer_2\": \"...\"}"
            ),
        ];

    /// <summary>The same call again after an answer that broke a law.</summary>
    public static List<ChatMessage> Again(IReadOnlyList<ChatMessage> before, string answer, IEnumerable<string> breaches) =>
        [
            .. before,
            new("assistant", answer),
            new("user", $"This cannot be used: {string.Join(' ', breaches)} Answer again, in the same JSON form."),
        ];

    static string Captions(Candidate pair) => $"Image 1: {pair.WCaption}\nImage 2: {pair.LCaption}";
}
