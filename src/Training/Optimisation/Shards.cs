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

/// <summary>Parts that are exchanged together, of one type.</summary>
/// <param name="Type">Their type.</param>
/// <param name="Of">For each rank its own, in order; a parameter's are in one piece.</param>
readonly record struct Bucket(ScalarType Type, ImmutableArray<ImmutableArray<ParameterPart>> Of)
{
    /// <summary>All parts.</summary>
    public IEnumerable<ParameterPart> All => Of.SelectMany(parts => parts);
}

/// <summary>
/// Which rank owns which part of the parameters (ZeRO, Rajbhandari et al., arXiv 1910.02054). The parameters, the last one first as a backward pass
/// completes their gradients, are cut into pieces, which do not depend on how many ranks there are, so that what is summed by pieces does not either;
/// some pieces are a bucket, and each bucket is divided between all ranks, so that they send and take as much at any time.
/// </summary>
static class Shards
{
    /// <summary>The elements of a piece; a parameter's last one may be smaller.</summary>
    public const long Piece = 1 << 20;

    /// <summary>The pieces of a bucket, where there are not more ranks.</summary>
    const int BucketPieces = 2;

    /// <summary>The buckets in the order in which they are exchanged.</summary>
    public static ImmutableArray<Bucket> Buckets(ImmutableArray<NamedTensor> parameters, int ranks)
    {
        if (ranks == 1)
        {
            return
            [
                .. parameters.Select(
                    (parameter, index) =>
                        new Bucket(
                            parameter.Value.dtype,
                            [
                                [new(index, 0, parameter.Value.numel(), true, 0)],
                            ]
                        )
                ),
            ];
        }

        var most = Math.Max(BucketPieces, ranks) * Piece;
        var buckets = ImmutableArray.CreateBuilder<Bucket>();
        var (pieces, elements) = (new List<ParameterPart>(), 0L);
        foreach (var (index, parameter) in parameters.Index().Reverse())
        {
            for (var start = 0L; start < parameter.Value.numel(); start += Piece)
            {
                var length = Math.Min(Piece, parameter.Value.numel() - start);
                if (pieces.Count > 0 && (TypeOf(pieces[^1]) != parameter.Value.dtype || elements + length > most))
                {
                    buckets.Add(Divided());
                    (pieces, elements) = ([], 0);
                }

                pieces.Add(new(index, start, length, false, 0));
                elements += length;
            }
        }

        if (pieces.Count > 0)
        {
            buckets.Add(Divided());
        }

        return buckets.ToImmutable();

        ScalarType TypeOf(ParameterPart part) => parameters[part.Parameter].Value.dtype;

        Bucket Divided()
        {
            var before = 0L;
            var owned = new List<ParameterPart>();
            foreach (var piece in pieces)
            {
                owned.Add(piece with { Owner = (int)(before * ranks / elements) });
                before += piece.Length;
            }

            return new(
                TypeOf(pieces[0]),
                [.. Enumerable.Range(0, ranks).Select(rank => Joined(owned.Where(piece => piece.Owner == rank), parameters))]
            );
        }
    }

    /// <summary>The parameter and the place of each piece of a part.</summary>
    public static IEnumerable<(int Parameter, long Start)> Pieces(ParameterPart part)
    {
        for (var start = part.Start; start < part.Start + part.Length; start += Piece)
        {
            yield return (part.Parameter, start);
        }
    }

    /// <summary>An owner's pieces that lie side by side in one parameter are one part.</summary>
    static ImmutableArray<ParameterPart> Joined(IEnumerable<ParameterPart> pieces, ImmutableArray<NamedTensor> parameters) =>
        [
            .. pieces
                .GroupBy(piece => piece.Parameter)
                .Select(group =>
                    group.Sum(piece => piece.Length) is var length
                        ? group.First() with
                        {
                            Length = length,
                            IsWhole = length == parameters[group.Key].Value.numel(),
                        }
                        : default
                ),
        ];
}
