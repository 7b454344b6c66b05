using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SVco.Core.Training;
using SVco.Models;
using SVco.Models.Checkpoints;
using SVco.Tests;
using SVco.Training.Distributed;
using static TorchSharp.torch;

namespace SVco.Training.Tests;

/// <summary>The law of exact training: so many ranks, the same bits.</summary>
public sealed class ShardedOptimizerTests
{
    const int Steps = 3;
    const int MicroBatches = 4;

    static readonly TrainSettings Settings = new() { WeightDecay = 0.1, MaxGradientNorm = 0.5 };

    /// <summary>Shapes below, at and above a piece, of one type or two, each parameter without a gradient in some micro batches.</summary>
    sealed record Case(int Seed, int[] Sizes, ScalarType[] Types, bool[][] Has);

    static readonly Arbitrary<Case> Cases = (
        from seed in Gen.Choose(0, 1000)
        from sizes in Gen.Elements(1, 7, 1000, (int)Shards.Piece, (int)(2 * Shards.Piece) + 5).NonEmptyListOf()
        let few = sizes.Take(3).ToArray()
        from types in Gen.Elements(ScalarType.Float32, ScalarType.BFloat16).ArrayOf(few.Length)
        from has in Gen.Elements(true, true, true, false).ArrayOf(few.Length).ArrayOf(Steps * MicroBatches)
        select new Case(seed, few, types, has)
    ).ToArbitrary();

    [Property(MaxTest = 6)]
    public Property Any_number_of_ranks_makes_the_updates_of_one() =>
        Prop.ForAll(
            Cases,
            one =>
            {
                var alone = ThreadRanks.Run(1, ranks => Train(one, ranks, Steps))[0];
                return new[] { 2, 4 }.All(size => ThreadRanks.Run(size, ranks => Train(one, ranks, Steps)).All(bits => Same(alone, bits)));
            }
        );

    [Property(MaxTest = 3)]
    public Property A_state_that_some_ranks_have_saved_goes_on_with_others() =>
        Prop.ForAll(
            Cases,
            one =>
            {
                using var folder = new TemporaryFolder();
                var alone = ThreadRanks.Run(1, ranks => Train(one, ranks, Steps, save: folder.At("alone")))[0];
                ThreadRanks.Run(2, ranks => Train(one, ranks, 2, save: folder.At("two")));
                var goneOn = ThreadRanks.Run(4, ranks => Train(one, ranks, Steps, restore: folder.At("two"), save: folder.At("four")))[0];
                return Same(alone, goneOn)
                    && File.ReadAllBytes(folder.At("alone")).AsSpan().SequenceEqual(File.ReadAllBytes(folder.At("four")));
            }
        );

    static bool Same(byte[][] one, byte[][] other) => one.Zip(other).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    /// <summary>The parameters' bits after some steps, of which the first two are made before a state is restored.</summary>
    static byte[][] Train(Case one, ICollective ranks, int steps, string? restore = null, string? save = null)
    {
        using var scope = NewDisposeScope();
        var parameters = one.Sizes.Select((size, index) => Values(one.Seed + index, size, one.Types[index]).requires_grad_()).ToArray();
        using var optimizer = new Optimizer(
            parameters.Select((value, index) => new NamedTensor($"p{index}", value)),
            _ => true,
            Settings,
            ranks
        );
        if (restore is not null)
        {
            using var weights = SafetensorsFile.Open($"{restore}.weights");
            using var moments = SafetensorsFile.Open(restore);
            foreach (var (index, parameter) in parameters.Index())
            {
                using var noGrad = no_grad();
                parameter.copy_(weights.Read($"p{index}"));
            }

            optimizer.Restore(moments);
            optimizer.Steps = 2;
        }

        for (var step = optimizer.Steps; step < steps; step++)
        {
            for (var first = 0; first < MicroBatches; first += ranks.Size)
            {
                var batch = step * MicroBatches + first + ranks.Rank;
                foreach (var (index, parameter) in parameters.Index().Where(parameter => one.Has[batch][parameter.Index]))
                {
                    parameter.grad = Values(one.Seed + 100 * batch + index + 7, one.Sizes[index], one.Types[index]);
                }

                // Some are sent while the backward pass goes on.
                var early = new Random(one.Seed + batch);
                optimizer.Complete(parameters.Where(_ => early.Next(2) == 0));
                optimizer.Complete(parameters.Where(_ => early.Next(2) == 0));
                if (first + ranks.Size < MicroBatches)
                {
                    optimizer.AddGradients();
                }
            }

            optimizer.Update(0.01);
        }

        if (save is not null)
        {
            optimizer.Save(save);
            if (ranks.Rank == 0)
            {
                SafetensorsWriter.Write(
                    $"{save}.weights",
                    parameters.Select((value, index) => new NamedTensor($"p{index}", value.detach()))
                );
            }
        }

        return [.. parameters.Select(parameter => parameter.detach().bytes.ToArray())];
    }

    static Tensor Values(int seed, int size, ScalarType type)
    {
        using var generator = new Generator((ulong)seed);
        return randn(size, generator: generator).to(type);
    }
}
