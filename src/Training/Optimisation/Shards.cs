using System.Collections.Immutable;
using SVco.Models;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>A part of a parameter, as it lies in memory.</summary>
/// <param name="Parameter">The parameter's index.</param>
/// <param name="Start">Its first element.</param>
/// <param name="Length">How many elements it has.</param>
/// <param name="IsWhole">Whether it is the whole parameter.</param>
/// <param name="Owner">The rank that has its moments and makes its updates.</param>
readonly record struct ParameterPart(int Parameter, long Start, long Length, bool IsWhole, int Owner)
{
    /// <summary>The same part of a tensor of the parameter's shape, sharing its memory; the whole keeps its shape.</summary>
    public Tensor Of(Tensor tensor) =>
        IsWhole ? tensor
        : tensor.is_contiguous() ? tensor.view(-1).narrow(0, Start, Length)
        : throw new ArgumentException("A tensor that does not lie in one piece has no parts that share its memory.");
}

/// <summary>
/// Which rank owns which part of the parameters (ZeRO, Rajbhandari et al., arXiv 1910.02054): all elements in the parameters' order, cut
/// between pieces into as many runs as there are ranks. The pieces do not depend on how many ranks there are, so that what is summed by pieces
/// does not either.
/// </summary>
static class Shards
{
    /// <summary>The elements of a piece; a parameter's last one may be smaller.</summary>
    public const long Piece = 1 << 20;

    /// <summary>The most elements that are exchanged together.</summary>
    const long BucketElements = 16 * Piece;

    /// <summary>The parts in order, in the buckets that are exchanged together: of one type, owners in the order of ranks.</summary>
    public static ImmutableArray<ImmutableArray<ParameterPart>> Buckets(ImmutableArray<NamedTensor> parameters, int ranks)
    {
        if (ranks == 1)
        {
            return
            [
                .. parameters.Select(
                    (parameter, index) => ImmutableArray.Create(new ParameterPart(index, 0, parameter.Value.numel(), true, 0))
                ),
            ];
        }

        var total = parameters.Sum(parameter => parameter.Value.numel());
        var (before, inBucket, bucket) = (0L, 0L, 0);
        var pieces = new List<(ParameterPart Part, int Bucket)>();
        foreach (var (index, parameter) in parameters.Index())
        {
            for (var start = 0L; start < parameter.Value.numel(); start += Piece)
            {
                var length = Math.Min(Piece, parameter.Value.numel() - start);
                var isOfAnotherType = pieces.Count > 0 && parameters[pieces[^1].Part.Parameter].Value.dtype != parameter.Value.dtype;
                if (isOfAnotherType || inBucket + length > BucketElements)
                {
                    (bucket, inBucket) = (bucket + 1, 0);
                }

                pieces.Add((new(index, start, length, false, (int)((Int128)before * ranks / total)), bucket));
                before += length;
                inBucket += length;
            }
        }

        return [.. pieces.GroupBy(piece => piece.Bucket, piece => piece.Part).Select(some => Joined(some, parameters))];
    }

    /// <summary>Pieces that lie side by side in one parameter and have one owner are one part.</summary>
    static ImmutableArray<ParameterPart> Joined(IEnumerable<ParameterPart> pieces, ImmutableArray<NamedTensor> parameters) =>
        [
            .. pieces
                .GroupBy(piece => (piece.Parameter, piece.Owner))
                .Select(group =>
                    group.Sum(piece => piece.Length) is var length && length == parameters[group.Key.Parameter].Value.numel()
                        ? group.First() with
                        {
                            Length = length,
                            IsWhole = true,
                        }
                        : group.First() with
                        {
                            Length = length,
                        }
                ),
        ];
}
