using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>
/// Products x W' of a few rows x in fp32 on the CPU. libtorch copies the weight into another order at each call, which takes longer than the
/// product itself; here each weight is read once, where it lies. A row's result does not depend on the other rows.
/// </summary>
static unsafe class FewRows
{
    // So many rows fill one vector, or two of half the length where the processor has no longer ones.
    const int Lanes = 16;

    // The sums of so many outputs, the rows and a weight are what the registers of either processor hold.
    const int Outputs = 6;

    // Weights come from memory in lines of 64 bytes.
    const int Line = 16;

    // A thread that other programs hold up leaves some of its share to the others.
    const int SharesOfThread = 4;

    // Up to so many were measured; these still take half of libtorch's time. Of a single row, libtorch copies nothing.
    const int MostRows = 64;

    /// <summary>Whether a product is one of these.</summary>
    public static bool CanMultiply(Tensor x, Tensor weight) =>
        Vector256.IsHardwareAccelerated
        && x is { dtype: ScalarType.Float32, device_type: DeviceType.CPU, Dimensions: 2 }
        && x.shape[0] is > 1 and <= MostRows
        && weight.dtype == ScalarType.Float32
        && weight.shape[0] >= Outputs
        && weight.is_contiguous();

    /// <summary>The product, without a gradient.</summary>
    /// <param name="x">[rows, inputs]</param>
    /// <param name="weight">[outputs, inputs]</param>
    /// <returns>[rows, outputs]</returns>
    public static Tensor Multiply(Tensor x, Tensor weight)
    {
        var (rows, inputs, outputs) = (x.shape[0], x.shape[1], weight.shape[0]);
        var product = empty([rows, outputs], ScalarType.Float32);
        using var scope = NewDisposeScope();
        var missing = (Lanes - rows % Lanes) % Lanes;
        var whole = missing == 0 ? x : nn.functional.pad(x, [0, 0, 0, missing]);
        var turned = whole.reshape(-1, Lanes, inputs).transpose(1, 2).contiguous();
        var from = (float*)TensorData.Start(turned);
        var with = (float*)TensorData.Start(weight);
        var to = (float*)TensorData.Start(product);
        var threads = Math.Max(1, get_num_threads());
        var tiles = (outputs + Outputs - 1) / Outputs;
        var shares = Math.Min(tiles, threads * SharesOfThread);
        Parallel.For(
            0,
            shares,
            new ParallelOptions { MaxDegreeOfParallelism = threads },
            share =>
            {
                for (var tile = tiles * share / shares; tile < tiles * (share + 1) / shares; tile++)
                {
                    // The last tile begins earlier and gives some outputs once more.
                    var output = Math.Min(tile * Outputs, outputs - Outputs);
                    for (var row = 0L; row < rows; row += Lanes)
                    {
                        Tile(
                            from + row * inputs,
                            with + output * inputs,
                            inputs,
                            to + row * outputs + output,
                            Math.Min(Lanes, rows - row),
                            outputs
                        );
                    }
                }
            }
        );
        return product;
    }

    /// <summary>The results of some rows for some outputs.</summary>
    /// <param name="x">[inputs, <see cref="Lanes"/>]</param>
    /// <param name="weight">[<see cref="Outputs"/>, inputs]</param>
    /// <param name="inputs">How many inputs.</param>
    /// <param name="product">The first row's results [<see cref="Outputs"/>].</param>
    /// <param name="rows">How many rows are wanted.</param>
    /// <param name="stride">From a row's results to the next row's.</param>
    static void Tile(float* x, float* weight, long inputs, float* product, long rows, long stride)
    {
        float* weight1 = weight + inputs;
        float* weight2 = weight1 + inputs;
        float* weight3 = weight2 + inputs;
        float* weight4 = weight3 + inputs;
        float* weight5 = weight4 + inputs;
        float* next = weight5 + inputs;
        Vector512<float> sum0 = default;
        Vector512<float> sum1 = default;
        Vector512<float> sum2 = default;
        Vector512<float> sum3 = default;
        Vector512<float> sum4 = default;
        Vector512<float> sum5 = default;
        for (var line = 0L; line < inputs; line += Line)
        {
            // The next tile's weights are on their way while this one's are multiplied. An address behind the last one does no harm.
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(next + line);
                Sse.Prefetch0(next + inputs + line);
                Sse.Prefetch0(next + 2 * inputs + line);
                Sse.Prefetch0(next + 3 * inputs + line);
                Sse.Prefetch0(next + 4 * inputs + line);
                Sse.Prefetch0(next + 5 * inputs + line);
            }

            var end = Math.Min(line + Line, inputs);
            for (var i = line; i < end; i++)
            {
                var lanes = Vector512.Load(x + i * Lanes);
                sum0 = Vector512.FusedMultiplyAdd(Vector512.Create(weight[i]), lanes, sum0);
                sum1 = Vector512.FusedMultiplyAdd(Vector512.Create(weight1[i]), lanes, sum1);
                sum2 = Vector512.FusedMultiplyAdd(Vector512.Create(weight2[i]), lanes, sum2);
                sum3 = Vector512.FusedMultiplyAdd(Vector512.Create(weight3[i]), lanes, sum3);
                sum4 = Vector512.FusedMultiplyAdd(Vector512.Create(weight4[i]), lanes, sum4);
                sum5 = Vector512.FusedMultiplyAdd(Vector512.Create(weight5[i]), lanes, sum5);
            }
        }

        var sums = stackalloc float[Outputs * Lanes];
        sum0.Store(sums);
        sum1.Store(sums + Lanes);
        sum2.Store(sums + 2 * Lanes);
        sum3.Store(sums + 3 * Lanes);
        sum4.Store(sums + 4 * Lanes);
        sum5.Store(sums + 5 * Lanes);
        for (var row = 0L; row < rows; row++)
        {
            for (var output = 0; output < Outputs; output++)
            {
                product[row * stride + output] = sums[output * Lanes + row];
            }
        }
    }
}
