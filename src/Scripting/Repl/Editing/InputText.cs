namespace SVco.Scripting.Repl.Editing;

/// <summary>An input while it is edited: its text and where the caret stands in it. Every key is a function from one to the next.</summary>
/// <param name="Text">Lines end in a line feed.</param>
/// <param name="Caret">0 to the text's length.</param>
sealed record InputText(string Text, int Caret)
{
    const string Indent = "    ";

    /// <summary>Nothing.</summary>
    public static InputText Empty { get; } = new("", 0);

    /// <summary>A text with the caret at its end.</summary>
    public static InputText Of(string text) => new(text, text.Length);

    /// <summary>The text before the caret.</summary>
    public string Before => Text[..Caret];

    /// <summary>The text behind the caret.</summary>
    public string After => Text[Caret..];

    /// <summary>Whether the caret stands in the first line.</summary>
    public bool IsInFirstLine => !Before.Contains('\n');

    /// <summary>Whether the caret stands in the last line.</summary>
    public bool IsInLastLine => !After.Contains('\n');

    /// <summary>Puts text at the caret.</summary>
    public InputText Insert(string text) => new(Before + text + After, Caret + text.Length);

    /// <summary>Begins a new line, as far to the right as this one, and farther behind an opening bracket.</summary>
    public InputText NewLine()
    {
        var line = Before[LineStart..];
        var indent = line[..(line.Length - line.TrimStart(' ').Length)];
        return Insert($"\n{indent}{(line.TrimEnd() is [.., '{' or '(' or '['] ? Indent : "")}");
    }

    /// <summary>Types a letter; a closing brace that begins its line goes back to where its block began.</summary>
    public InputText Type(char letter) =>
        letter is '}' && Before[LineStart..] is { Length: >= 4 } line && line.All(one => one == ' ')
            ? Replace(Caret - Indent.Length, Caret, "}")
            : Insert($"{letter}");

    /// <summary>Puts a text in the place of another.</summary>
    public InputText Replace(int start, int end, string text) => new(Text[..start] + text + Text[end..], start + text.Length);

    /// <summary>Takes the letter before the caret out; of indentation a whole step.</summary>
    public InputText Backspace() =>
        Before[LineStart..] is { Length: > 0 } line && line.Length % Indent.Length == 0 && line.All(letter => letter == ' ')
            ? Replace(Caret - Indent.Length, Caret, "")
            : Replace(LetterBefore(Caret), Caret, "");

    /// <summary>Takes the letter behind the caret out.</summary>
    public InputText Delete() => this with { Text = Before + Text[LetterAfter(Caret)..] };

    /// <summary>Takes the word before the caret out.</summary>
    public InputText DeleteWord() => Replace(WordBefore, Caret, "");

    /// <summary>Takes out what stands between the caret and its line's end; there the line's end itself.</summary>
    public InputText DeleteToEnd() => Caret == LineEnd ? Delete() : this with { Text = Before + Text[LineEnd..] };

    /// <summary>Takes out what stands between the line's start and the caret.</summary>
    public InputText DeleteToStart() => Replace(LineStart, Caret, "");

    /// <summary>One letter to the left.</summary>
    public InputText Left() => this with { Caret = LetterBefore(Caret) };

    /// <summary>One letter to the right.</summary>
    public InputText Right() => this with { Caret = LetterAfter(Caret) };

    /// <summary>To the start of the word before.</summary>
    public InputText WordLeft() => this with { Caret = WordBefore };

    /// <summary>Behind the end of the next word.</summary>
    public InputText WordRight()
    {
        var end = Caret;
        while (end < Text.Length && !IsOfWord(Text[end]))
        {
            end++;
        }

        while (end < Text.Length && IsOfWord(Text[end]))
        {
            end++;
        }

        return this with
        {
            Caret = end,
        };
    }

    /// <summary>To the line's first letter; from there to the line's start.</summary>
    public InputText Home()
    {
        var first = LineStart + Text[LineStart..LineEnd].TakeWhile(letter => letter == ' ').Count();
        return this with { Caret = Caret == first ? LineStart : first };
    }

    /// <summary>To the line's end.</summary>
    public InputText End() => this with { Caret = LineEnd };

    /// <summary>To the same column of the line above; to the start in the first line.</summary>
    public InputText Up()
    {
        if (IsInFirstLine)
        {
            return this with { Caret = 0 };
        }

        var above = this with { Caret = LineStart - 1 };
        return above with { Caret = LetterAt(Math.Min(above.LineStart + Caret - LineStart, above.Caret)) };
    }

    /// <summary>To the same column of the line below; to the end in the last line.</summary>
    public InputText Down()
    {
        if (IsInLastLine)
        {
            return this with { Caret = Text.Length };
        }

        var below = this with { Caret = LineEnd + 1 };
        return below with { Caret = LetterAt(Math.Min(below.Caret + Caret - LineStart, below.LineEnd)) };
    }

    int LineStart => Caret == 0 ? 0 : Text.LastIndexOf('\n', Caret - 1) + 1;

    int LineEnd => Text.IndexOf('\n', Caret) is >= 0 and var end ? end : Text.Length;

    int WordBefore
    {
        get
        {
            var start = Caret;
            while (start > 0 && !IsOfWord(Text[start - 1]))
            {
                start--;
            }

            while (start > 0 && IsOfWord(Text[start - 1]))
            {
                start--;
            }

            return start;
        }
    }

    // A letter may be two code units, and is never left half.
    int LetterBefore(int place) =>
        place >= 2 && char.IsSurrogatePair(Text[place - 2], Text[place - 1]) ? place - 2 : Math.Max(0, place - 1);

    int LetterAt(int place) => place > 0 && place < Text.Length && char.IsSurrogatePair(Text[place - 1], Text[place]) ? place - 1 : place;

    int LetterAfter(int place) =>
        place + 1 < Text.Length && char.IsSurrogatePair(Text[place], Text[place + 1]) ? place + 2 : Math.Min(Text.Length, place + 1);

    static bool IsOfWord(char letter) => char.IsLetterOrDigit(letter) || letter == '_';
}
