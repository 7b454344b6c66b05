using SVco.Core.Data;
using SVco.Curation.Candidates;

namespace SVco.Curation.Augmentation;

/// <summary>Questions and answers by rule, without a language model: for tests, the quick start, and to see what augmentation adds.</summary>
public static class TemplateAugmenter
{
    /// <summary>The texts of a pair: a question for its type of contrast and the captions as sentences.</summary>
    public static PairTexts Write(Candidate candidate)
    {
        var (w, l) = (Sentence(candidate.WCaption), Sentence(candidate.LCaption));
        return new(Question(candidate), w, l);
    }

    /// <summary>The texts of a pair as the raw ablation has them: one question for all, the captions untouched.</summary>
    public static PairTexts Raw(Candidate candidate) => new("Describe this image.", candidate.WCaption, candidate.LCaption);

    static string Question(Candidate candidate)
    {
        var specific = (candidate.Type, Counted(candidate), PositionStatement.Read(candidate.WCaption)) switch
        {
            (ContrastType.Count, { } counted, _) => $"How many {counted} are there in this image?",
            (ContrastType.Position, _, { } statement) =>
                $"Where is {Definite(statement.Subject)} in relation to {Definite(statement.Other)}?",
            (ContrastType.Object, _, _) => "Which things can you see in this image?",
            (ContrastType.Attribute, _, _) => "What do the things in this image look like?",
            (ContrastType.Position, _, _) => "How are the things in this image arranged?",
            (ContrastType.Count, _, _) => "How many things of each kind are there in this image?",
            _ => "What does this image show?",
        };

        // A caption can make even a general question give its answer away, e.g. by the word "image".
        return ContrastChecker.OfQuestion(candidate, specific).IsEmpty ? specific : "Describe what you see.";
    }

    /// <summary>"men and dogs" of "there are 2 men and 4 dogs.", when both captions count the same things.</summary>
    static string? Counted(Candidate candidate) =>
        Things(candidate.WCaption) is { Length: > 0 } things && things == Things(candidate.LCaption) ? things : null;

    static string Things(string caption)
    {
        var words = Words.Of(caption);
        return string.Join(
            " and ",
            words.Skip(1).Where((_, index) => Words.Number(words[index]) is not null && words[index] is not ("a" or "an" or "no"))
        );
    }

    static string Definite(string thing) =>
        thing.Split(' ', 2) switch
        {
            [("a" or "an" or "A" or "An"), var rest] => $"the {rest}",
            _ => thing,
        };

    static string Sentence(string caption)
    {
        var text = caption.Trim();
        return text.Length == 0 ? text : $"{char.ToUpperInvariant(text[0])}{text[1..]}{(text[^1] is '.' or '!' or '?' ? "" : ".")}";
    }
}
