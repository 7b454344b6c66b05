using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace SVco.Core;

/// <summary>What recursive descent over one line of a script's language is made of; white space may stand between its words.</summary>
/// <param name="text">The line.</param>
/// <param name="what">What it stands for, for messages.</param>
abstract class TextParser<T>(string text, string what)
{
    // Far above any real line; they keep the recursions over hostile text and over its tree inside the stack.
    const int LongestText = 10_000;
    const int DeepestNesting = 200;
    const char End = '\0';

    int depth;

    /// <summary>How far the text is read.</summary>
    protected int Position { get; set; }

    /// <summary>What may stand where the whole ends, for messages.</summary>
    protected abstract string AfterWhole { get; }

    /// <summary>Reads the whole.</summary>
    protected abstract T Root();

    /// <summary>What the text says.</summary>
    /// <exception cref="UserException">It is not of the language; names the position and what was expected there.</exception>
    public T Whole()
    {
        if (text.Length > LongestText)
        {
            throw new UserException($"The {what} has {text.Length} characters; at most {LongestText} are read.");
        }

        var whole = Root();
        return Peek() == End && Position == text.Length ? whole : throw Expected(AfterWhole);
    }

    /// <summary>The next character that is not white space.</summary>
    protected char Peek()
    {
        while (Position < text.Length && char.IsWhiteSpace(text[Position]))
        {
            Position++;
        }

        return Position < text.Length ? text[Position] : End;
    }

    /// <summary>Whether a sign stands here; it is passed over.</summary>
    protected bool Skip(char sign)
    {
        var found = Peek() == sign;
        Position += found ? 1 : 0;
        return found;
    }

    /// <summary>Passes over a sign that must stand here.</summary>
    protected void Require(char sign) => _ = Skip(sign) ? true : throw Expected($"'{sign}'");

    /// <summary>Passes over a name that must stand here.</summary>
    protected void Require(string name) => OneOf((name, name));

    /// <summary>The letters and digits that stand here.</summary>
    protected string Name()
    {
        _ = Peek();
        var start = Position;
        while (Position < text.Length && char.IsAsciiLetterOrDigit(text[Position]))
        {
            Position++;
        }

        return text[start..Position];
    }

    /// <summary>What one of several names stands for.</summary>
    protected TChoice OneOf<TChoice>(params ReadOnlySpan<(string Name, TChoice Value)> choices)
    {
        _ = Peek();
        var start = Position;
        var name = Name();
        foreach (var choice in choices)
        {
            if (choice.Name == name)
            {
                return choice.Value;
            }
        }

        Position = start;
        throw Expected(string.Join(", ", choices.ToArray().Select(choice => choice.Name)));
    }

    /// <summary>A finite number without a sign.</summary>
    protected double Number() => Number<double>("a finite number such as 0.1 or 1e-3", NumberStyles.Float, double.IsFinite);

    /// <summary>A whole number without a sign.</summary>
    protected TWhole WholeNumber<TWhole>()
        where TWhole : IBinaryInteger<TWhole>, IMinMaxValue<TWhole> =>
        Number<TWhole>($"a whole number up to {TWhole.MaxValue}", NumberStyles.None, _ => true);

    /// <summary>Whether the number that stands here is written with digits only.</summary>
    protected bool IsWholeNumberNext()
    {
        var start = Position;
        var digits = NumberText();
        Position = start;
        return digits.All(char.IsAsciiDigit);
    }

    TNumber Number<TNumber>(string expected, NumberStyles style, Func<TNumber, bool> fits)
        where TNumber : INumberBase<TNumber>
    {
        _ = Peek();
        var start = Position;
        if (TNumber.TryParse(NumberText(), style, CultureInfo.InvariantCulture, out var number) && fits(number))
        {
            return number;
        }

        Position = start;
        throw Expected(expected);
    }

    string NumberText()
    {
        if (!IsNumber(Peek()))
        {
            throw Expected("a number");
        }

        var start = Position;
        while (Position < text.Length && (IsNumber(text[Position]) || IsExponentSign()))
        {
            Position++;
        }

        return text[start..Position];

        bool IsExponentSign() =>
            text[Position] is 'e' or 'E' || (text[Position] is '+' or '-' && text[Position - 1] is 'e' or 'E' && Position > start);
    }

    /// <summary>A text in quotes, escaped as in JSON.</summary>
    protected string Quoted()
    {
        Require('"');
        var start = Position - 1;
        while (Position < text.Length && text[Position] != '"')
        {
            Position += text[Position] == '\\' ? 2 : 1;
        }

        try
        {
            return JsonSerializer.Deserialize<string>(text[start..Math.Min(++Position, text.Length)])!;
        }
        catch (JsonException)
        {
            Position = start;
            throw Expected("a text in quotes, escaped as in JSON");
        }
    }

    /// <summary>What stands in parentheses.</summary>
    protected TInside Between<TInside>(Func<TInside> inside)
    {
        Require('(');
        var found = inside();
        Require(')');
        return found;
    }

    /// <summary>What stands one level deeper.</summary>
    protected T Nested(Func<T> inside)
    {
        if (++depth > DeepestNesting)
        {
            throw new UserException($"The {what} is nested more than {DeepestNesting} deep at position {Position + 1}.");
        }

        var found = inside();
        depth--;
        return found;
    }

    /// <summary>Whether a number may begin with a character.</summary>
    protected static bool IsNumber(char character) => char.IsAsciiDigit(character) || character == '.';

    /// <summary>The error of a text that has something else at this position.</summary>
    protected UserException Expected(string expected)
    {
        var found = Peek() switch
        {
            End => "the end",
            var first when char.IsAsciiLetterOrDigit(first) =>
                $"'{new string([.. text[Position..].TakeWhile(char.IsAsciiLetterOrDigit)])}'",
            var first => $"'{first}'",
        };
        return new UserException($"The {what} \"{text}\" cannot be read at position {Position + 1}: found {found}, expected {expected}.");
    }
}
