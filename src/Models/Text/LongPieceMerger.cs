using System.Text;

namespace SVco.Models.Text;

/// <summary>
/// Byte pair merging in n log n for pieces of any length: of all adjacent pairs the one with the lowest rank is merged first, the leftmost
/// of equals, until no pair is in the merge list.
/// </summary>
internal sealed class LongPieceMerger
{
    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids;
    readonly Dictionary<(int Left, int Right), (int Rank, int Id)> merges;

    /// <param name="vocabulary">Token to id.</param>
    /// <param name="ranked">The merges "left right", best first.</param>
    public LongPieceMerger(Dictionary<string, int> vocabulary, IReadOnlyList<string> ranked)
    {
        ids = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        merges = new(ranked.Count);
        for (var rank = 0; rank < ranked.Count; rank++)
        {
            var space = ranked[rank].IndexOf(' ');
            var (left, right) = (ranked[rank][..space], ranked[rank][(space + 1)..]);
            merges[(vocabulary[left], vocabulary[right])] = (rank, vocabulary[left + right]);
        }
    }

    /// <summary>The ids of a text whose characters are all in the vocabulary.</summary>
    public IReadOnlyList<int> Merge(ReadOnlySpan<char> text)
    {
        var symbols = new List<int>(text.Length);
        for (var unit = 0; unit < text.Length; )
        {
            Rune.DecodeFromUtf16(text[unit..], out _, out var units);
            symbols.Add(ids[text.Slice(unit, units)]);
            unit += units;
        }

        return Merge([.. symbols]);
    }

    /// <summary>The ids of a run of bytes, given the token of each byte value.</summary>
    public IReadOnlyList<int> Merge(ReadOnlySpan<byte> bytes, int[] byteTokens)
    {
        var symbols = new int[bytes.Length];
        for (var i = 0; i < symbols.Length; i++)
        {
            symbols[i] = byteTokens[bytes[i]];
        }

        return Merge(symbols);
    }

    List<int> Merge(int[] symbols)
    {
        const int Gone = -1;
        var previous = new int[symbols.Length];
        var next = new int[symbols.Length];
        var queue = new PriorityQueue<(int Left, int Id), (int Rank, int Left)>();
        for (var i = 0; i < symbols.Length; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1);
            Offer(i);
        }

        while (queue.TryDequeue(out var candidate, out _))
        {
            var (left, id) = candidate;
            var right = next[left];
            // The queue keeps pairs that another merge has changed since; only what still merges to the same token counts.
            if (
                symbols[left] == Gone
                || right >= symbols.Length
                || !merges.TryGetValue((symbols[left], symbols[right]), out var merge)
                || merge.Id != id
            )
            {
                continue;
            }

            (symbols[left], symbols[right], next[left]) = (id, Gone, next[right]);
            if (next[left] < symbols.Length)
            {
                previous[next[left]] = left;
            }

            Offer(left);
            if (previous[left] >= 0)
            {
                Offer(previous[left]);
            }
        }

        return [.. symbols.Where(symbol => symbol != Gone)];

        void Offer(int left)
        {
            if (next[left] < symbols.Length && merges.TryGetValue((symbols[left], symbols[next[left]]), out var merge))
            {
                queue.Enqueue((left, merge.Id), (merge.Rank, left));
            }
        }
    }
}
