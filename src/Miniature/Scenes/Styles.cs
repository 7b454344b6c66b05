using System.Text.RegularExpressions;

namespace SVco.Miniature.Scenes;

/// <summary>Patterns of the grammar's styles: whole texts, words and punctuation separated by single spaces.</summary>
static class Styles
{
    static readonly string Number = AnyOf(Lexicon.Numbers);
    static readonly string Back = AnyOf(Lexicon.Backgrounds);
    static readonly string One = AnyOf(Lexicon.Kinds);
    static readonly string Noun = AnyOf([.. Lexicon.Kinds, .. Lexicon.Plurals]);
    static readonly string Looks = AnyOf([.. Lexicon.Colours, .. Lexicon.Sizes]);
    static readonly string Place = "(left of|right of|above|below)";
    static readonly string Adjectives = $"{AnyOf(Lexicon.Sizes)} {AnyOf(Lexicon.Colours)}";
    static readonly string Thing = $"a {Adjectives} {One}";
    static readonly string Content = $"{Or($"{Number} {Adjectives} {Noun}", $"{Thing} {Place} {Thing}")} on the {Back}";
    static readonly string Plain = $"there (is|are) {Content}";
    static readonly string Told = $"{AnyOf(Lexicon.Openers)} i notice {Content} here";
    static readonly string Flourishes = $"( {AnyOf(Lexicon.Flourishes)})*";

    static readonly Regex Caption = Whole($@"{Plain} \.");
    static readonly Regex List = Whole($@"{One}( , {One})? \.");
    static readonly Regex Short = Whole($@"{AnyOf(Enum.GetValues<Slot>().SelectMany(slot => Lexicon.Words(slot)))} \.");

    static readonly Regex Sentence = Whole(
        Or(
            $"there (is|are) (a |{Number} )?{Noun}",
            $"there is a {One} {Place} the {One}",
            $"the {Noun} (is|are) {Or(Looks, $"on the {Back}", $"{Place} the {One}")}"
        ) + @" \."
    );

    static readonly Regex Conversational = Whole(
        Or(
            Told,
            $"{AnyOf(Lexicon.Openers)} "
                + Or(
                    $"i think i see (a )?{Noun} here",
                    $"i (think|notice) the {One} is {Place} the {One} here",
                    $"the {Noun} here looks? {Looks} to me",
                    $"the {Noun} lies? on the {Back} here",
                    $"i count {Number} {Noun} here"
                )
        ) + $@" \.{Flourishes}"
    );

    /// <summary>A caption in any style.</summary>
    public static Regex AnyCaption { get; } = Whole($@"{Or(Plain, $"{AnyOf(Lexicon.WebOpeners)} {Content}", Told)} \.{Flourishes}");

    /// <summary>A text in one style.</summary>
    public static Regex Of(AnswerStyle style) =>
        style switch
        {
            AnswerStyle.Caption => Caption,
            AnswerStyle.List => List,
            AnswerStyle.Short => Short,
            AnswerStyle.Sentence => Sentence,
            _ => Conversational,
        };

    static string AnyOf(IEnumerable<string> phrases) => Or([.. phrases.Select(Regex.Escape)]);

    static string Or(params string[] patterns) => $"({string.Join('|', patterns)})";

    static Regex Whole(string pattern) => new($"^(?:{pattern})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
}
