using System.Numerics;
using SVco.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>
/// One AdamW update of one parameter, element by element. On the CPU in fp32 it is a single pass over memory with the same roundings as the
/// tensor operations, which pass eleven times.
/// </summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Decay">What the weights are multiplied by first.</param>
/// <param name="StepSize">Rate over the first moment's correction.</param>
/// <param name="SecondCorrection">Root of the second moment's correction.</param>
/// <param name="GradientFactor">What the gradient is multiplied by first.</param>
readonly record struct AdamWUpdate(
    double Beta1,
    double Beta2,
    double Epsilon,
    double Decay,
    double StepSize,
    double SecondCorrection,
    double GradientFactor
)
{
    // Four such pieces lie in a core's second-level cache.
    const int Piece = 1 << 15;

    /// <summary>Updates weights and moments, of one type, in place.</summary>
    public void Apply(Tensor weights, Tensor gradient, Tensor first, Tensor second)
    {
        if (weights.device_type == DeviceType.CPU && weights.dtype == ScalarType.Float32 && weights.is_contiguous())
        {
            InOnePass(weights, gradient.contiguous(), first, second);
        }
        else
        {
            ByTensors(weights, gradient.to(weights.dtype), first, second);
        }
    }

    internal void ByTensors(Tensor weights, Tensor gradient, Tensor first, Tensor second)
    {
        var scaled = GradientFactor == 1 ? gradient : gradient * Numbers.Of(GradientFactor);
        weights.mul_(Numbers.Of(Decay));
        first.mul_(Numbers.Of(Beta1)).add_(scaled, Numbers.Of(1 - Beta1));
        second.mul_(Numbers.Of(Beta2)).addcmul_(scaled, scaled, Numbers.Of(1 - Beta2));
        weights.addcdiv_(
            first,
            second.sqrt().div_(Numbers.Of(SecondCorrection)).add_(Numbers.Of(Epsilon), Numbers.One),
            Numbers.Of(-StepSize)
        );
    }

    unsafe void InOnePass(Tensor weights, Tensor gradient, Tensor first, Tensor second)
    {
        var count = weights.numel();
        var half = gradient.dtype == ScalarType.BFloat16;
        var w = (float*)TensorData.Start(weights);
        var m = (float*)TensorData.Start(first);
        var v = (float*)TensorData.Start(second);
        var g = TensorData.Start(half ? gradient : gradient.to(ScalarType.Float32));
        var update = this;
        Parallel.For(
            0,
            (count + Piece - 1) / Piece,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, get_num_threads()) },
            piece =>
            {
                var start = piece * Piece;
                var length = (int)Math.Min(Piece, count - start);
                var widened = stackalloc float[half ? Piece : 0];
                if (half)
                {
                    Widen((ushort*)g + start, widened, length);
                }

                update.Run(w + start, half ? widened : (float*)g + start, m + start, v + start, length);
            }
        );
    }

    // bf16 is the upper half of fp32.
    static unsafe void Widen(ushort* from, float* to, int count)
    {
        var i = 0;
        for (; i <= count - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.Load(from + i), out var low, out var high);
            Vector.Store((low << 16).As<uint, float>(), to + i);
            Vector.Store((high << 16).As<uint, float>(), to + i + Vector<uint>.Count);
        }

        for (; i < count; i++)
        {
            to[i] = BitConverter.UInt32BitsToSingle((uint)from[i] << 16);
        }
    }

    unsafe void Run(float* w, float* g, float* m, float* v, int count)
    {
        var (decay, factor, step) = ((float)Decay, (float)GradientFactor, (float)-StepSize);
        var (beta1, beta2, other1, other2) = ((float)Beta1, (float)Beta2, (float)(1 - Beta1), (float)(1 - Beta2));
        var (correction, epsilon) = ((float)SecondCorrection, (float)Epsilon);
        var i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            var gradient = Vector.Load(g + i) * factor;
            var first = Vector.Load(m + i) * beta1 + gradient * other1;
            var second = Vector.Load(v + i) * beta2 + gradient * gradient * other2;
            Vector.Store(first, m + i);
            Vector.Store(second, v + i);
            var root = Vector.SquareRoot(second) / new Vector<float>(correction) + new Vector<float>(epsilon);
            Vector.Store(Vector.Load(w + i) * decay + first / root * step, w + i);
        }

        for (; i < count; i++)
        {
            var gradient = g[i] * factor;
            m[i] = m[i] * beta1 + gradient * other1;
            v[i] = v[i] * beta2 + gradient * gradient * other2;
            w[i] = w[i] * decay + m[i] / (MathF.Sqrt(v[i]) / correction + epsilon) * step;
        }
    }
}
