using System.Collections.Immutable;

namespace SVco.Core.Data;

/// <summary>Which tokens of a pair's two responses differ (<see cref="Objectives.Tokens.Contrast"/>).</summary>
public static class ContrastTokens
{
    /// <summary>
    /// The labelled tokens outside a longest common subsequence of the two responses' labelled token ids. Equal responses have none;
    /// the labelled tokens left over are the same, in the same order, on both sides.
    /// </summary>
    /// <returns>One flag a token of each sequence [tokens]; never true where a token is not labelled.</returns>
    public static (ImmutableArray<bool> W, ImmutableArray<bool> L) Of(TokenSequence w, TokenSequence l)
    {
        var (inW, inL) = Of(Labels(w), Labels(l));
        return (Spread(w, inW), Spread(l, inL));
    }

    /// <summary>The tokens outside a longest common subsequence; needs memory of the product of the two lengths.</summary>
    /// <returns>One flag a token [tokens].</returns>
    public static (ImmutableArray<bool> W, ImmutableArray<bool> L) Of(ReadOnlySpan<int> w, ReadOnlySpan<int> l)
    {
        // longest[i, j] is the length of a longest common subsequence of the rests that begin at i and j.
        var longest = new int[w.Length + 1, l.Length + 1];
        for (var i = w.Length - 1; i >= 0; i--)
        {
            for (var j = l.Length - 1; j >= 0; j--)
            {
                longest[i, j] = w[i] == l[j] ? longest[i + 1, j + 1] + 1 : Math.Max(longest[i + 1, j], longest[i, j + 1]);
            }
        }

        var (differsW, differsL) = (new bool[w.Length], new bool[l.Length]);
        var (atW, atL) = (0, 0);
        while (atW < w.Length || atL < l.Length)
        {
            if (atW < w.Length && atL < l.Length && w[atW] == l[atL])
            {
                (atW, atL) = (atW + 1, atL + 1);
            }
            else if (atL == l.Length || (atW < w.Length && longest[atW + 1, atL] >= longest[atW, atL + 1]))
            {
                differsW[atW++] = true;
            }
            else
            {
                differsL[atL++] = true;
            }
        }

        return ([.. differsW], [.. differsL]);
    }

    static int[] Labels(TokenSequence sequence) => [.. sequence.Ids.Where((_, token) => sequence.Labelled[token])];

    static ImmutableArray<bool> Spread(TokenSequence sequence, ImmutableArray<bool> labels)
    {
        var label = 0;
        return [.. sequence.Labelled.Select(labelled => labelled && labels[label++])];
    }
}
