using System.Collections.Immutable;

namespace SVco.Curation.Augmentation;

/// <summary>Where one thing is relative to another.</summary>
public enum Direction
{
    /// <summary>To the left of.</summary>
    Left,

    /// <summary>To the right of.</summary>
    Right,

    /// <summary>Above.</summary>
    Above,

    /// <summary>Below.</summary>
    Below,

    /// <summary>In front of.</summary>
    Front,

    /// <summary>Behind.</summary>
    Behind,
}

/// <summary>English words of direction.</summary>
public static class Directions
{
    static readonly ImmutableDictionary<string, Direction> ByWord = new (Direction Direction, string Words)[]
    {
        (Direction.Left, "left leftmost left-hand"),
        (Direction.Right, "right rightmost right-hand"),
        (Direction.Above, "above over atop top upper higher"),
        (Direction.Below, "below under underneath beneath bottom lower"),
        (Direction.Front, "front before"),
        (Direction.Behind, "behind back"),
    }
        .SelectMany(group => group.Words.Split(' ').Select(word => (word, group.Direction)))
        .ToImmutableDictionary(pair => pair.word, pair => pair.Direction);

    /// <summary>The direction that a word names, else null.</summary>
    public static Direction? Of(string word) => ByWord.TryGetValue(word, out var direction) ? direction : null;

    /// <summary>The other end of the same axis.</summary>
    public static Direction Opposite(this Direction direction) => (Direction)((int)direction ^ 1);
}

/// <summary>A statement like "a man is to the left of a dog".</summary>
/// <param name="Subject">What is somewhere, e.g. "a man".</param>
/// <param name="Direction">Where.</param>
/// <param name="Phrase">The words of the direction as written, e.g. "to the left of".</param>
/// <param name="Other">Relative to what, e.g. "a dog".</param>
public sealed record PositionStatement(string Subject, Direction Direction, string Phrase, string Other)
{
    static readonly ImmutableArray<string> Fillers = ["to", "the", "of", "on", "at", "in"];

    /// <summary>Reads "SUBJECT is|are ... DIRECTION ... OTHER"; null when a caption is not of this form.</summary>
    public static PositionStatement? Read(string caption)
    {
        var words = caption.Trim().TrimEnd('.', '!').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var verb = Array.FindIndex(words, word => word is "is" or "are");
        var place = verb < 1 ? -1 : Array.FindIndex(words, verb, word => Directions.Of(word.ToLowerInvariant()) is not null);
        if (place < 0 || words[(verb + 1)..place].Any(word => !Fillers.Contains(word)))
        {
            return null;
        }

        var end = place + 1;
        while (end < words.Length && words[end] is ("of" or "to"))
        {
            end++;
        }

        return end < words.Length && verb > 0
            ? new(
                string.Join(' ', words[..verb]),
                Directions.Of(words[place].ToLowerInvariant())!.Value,
                string.Join(' ', words[(verb + 1)..end]),
                string.Join(' ', words[end..])
            )
            : null;
    }
}
