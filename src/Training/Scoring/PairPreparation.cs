using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;
using SVco.Models.Text;

namespace SVco.Training;

/// <summary>Turns contrast pairs into token rows. What cannot be scored whole is refused by name; an image is never cut away.</summary>
public static class PairPreparation
{
    /// <summary>Tokenises every pair.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="chat">The model's chat format.</param>
    /// <param name="maxTextLength">The most text tokens a row may have, an image counting as one; what is longer is cut on the right.</param>
    /// <param name="behaviour">Official or corrected rows and labels.</param>
    /// <returns>The pairs that can be scored, in order, and the reason for each that cannot.</returns>
    public static (ImmutableArray<PreparedPair> Prepared, ImmutableArray<Refusal> Refused) Prepare(
        IEnumerable<ContrastPair> pairs,
        ChatFormat chat,
        int maxTextLength,
        Behaviour behaviour
    )
    {
        var prepared = ImmutableArray.CreateBuilder<PreparedPair>();
        var refused = ImmutableArray.CreateBuilder<Refusal>();
        foreach (var pair in pairs)
        {
            var candidate = Tokenise(pair, chat, maxTextLength, behaviour);
            if (Reason(candidate, chat, maxTextLength) is { } reason)
            {
                refused.Add(new Refusal(pair.Id, reason));
            }
            else
            {
                prepared.Add(candidate);
            }
        }

        return (prepared.ToImmutable(), refused.ToImmutable());
    }

    static PreparedPair Tokenise(ContrastPair pair, ChatFormat chat, int maxTextLength, Behaviour behaviour)
    {
        TokenSequence Row(PairSide side, int images) =>
            chat.Encode(pair.SystemPrompt, pair.Query, side.Response, images, maxTextLength, behaviour);

        ResponseRows Rows(PairSide side) => new(Row(side, 1), Row(side, 0));

        return new PreparedPair(pair, Rows(pair.W), Rows(pair.L));
    }

    static string? Reason(PreparedPair pair, ChatFormat chat, int maxTextLength) =>
        new[] { ("chosen", pair.W), ("rejected", pair.L) }
            .Select(side => Reason(side.Item1, side.Item2, chat, maxTextLength))
            .FirstOrDefault(reason => reason is not null);

    static string? Reason(string name, ResponseRows rows, ChatFormat chat, int maxTextLength) =>
        // A literal placeholder in the row without an image is a token like any other, as in the official code.
        chat.PlaceholderCount(rows.WithImage) switch
        {
            0 => $"the limit of {maxTextLength} text tokens cuts the image away; raise MaxTextLength or shorten the system prompt",
            1 when rows.WithImage.LabelCount == 0 || rows.WithoutImage.LabelCount == 0 =>
                $"the limit of {maxTextLength} text tokens leaves nothing of the {name} response; raise MaxTextLength or shorten the query",
            1 => null,
            var count =>
                $"the {name} conversation has {count} image placeholders for 1 image; take the literal placeholder out of its text",
        };
}
