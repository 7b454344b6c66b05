using FsCheck;
using FsCheck.Xunit;
using SVco.Core.Data;

namespace SVco.Core.Tests;

public class ContrastTokensLaws
{
    /// <summary>Few token ids, so that responses share some.</summary>
    static int[] Ids(byte[] tokens) => [.. tokens.Select(token => token % 4)];

    [Property]
    public bool Equal_responses_have_none(byte[] tokens) =>
        ContrastTokens.Of(Ids(tokens), Ids(tokens)) is var (w, l) && !w.Contains(true) && !l.Contains(true);

    [Property]
    public bool The_tokens_left_over_are_equal_in_order(byte[] one, byte[] other)
    {
        var (w, l) = ContrastTokens.Of(Ids(one), Ids(other));
        return Ids(one).Where((_, token) => !w[token]).SequenceEqual(Ids(other).Where((_, token) => !l[token]));
    }

    [Property]
    public bool A_replaced_word_is_all_that_differs(byte[] before, byte[] after) =>
        ContrastTokens.Of([.. Ids(before), 7, .. Ids(after)], [.. Ids(before), 8, 9, .. Ids(after)]) is var (w, l)
        && w.Count(differs => differs) == 1
        && w[before.Length]
        && l.Count(differs => differs) == 2
        && l[before.Length]
        && l[before.Length + 1];

    [Property]
    public bool As_many_tokens_differ_whichever_side_comes_first(byte[] one, byte[] other) =>
        ContrastTokens.Of(Ids(one), Ids(other)).W.Count(differs => differs)
        == ContrastTokens.Of(Ids(other), Ids(one)).L.Count(differs => differs);

    [Fact]
    public void Only_labelled_tokens_count()
    {
        TokenSequence Sequence(int prompt, int answer) => new([prompt, 5, answer, 6], [false, true, true, false], [true, true, true, true]);
        var (w, l) = ContrastTokens.Of(Sequence(1, 10), Sequence(2, 11));
        Assert.Equal([false, false, true, false], w.ToArray());
        Assert.Equal([false, false, true, false], l.ToArray());
    }
}
