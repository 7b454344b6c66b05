using System.Globalization;
using System.Numerics;

namespace SVco.Core.Tests.Benchmarks;

/// <summary>How the official scripts round what they print.</summary>
static class PythonRound
{
    /// <summary>Python's <c>round(x, digits)</c> and <c>{:.3f}</c>: the exact binary value, ties to even.</summary>
    public static double Exact(double value, int digits)
    {
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        var (fraction, exponent) = (bits & 0xFFFFFFFFFFFFF, (int)(bits >> 52));
        BigInteger mantissa = exponent == 0 ? fraction : fraction | 1L << 52;
        var scaled = mantissa * BigInteger.Pow(10, digits);
        var shift = 1075 - Math.Max(exponent, 1);
        if (shift <= 0)
        {
            return value;
        }

        var half = BigInteger.One << (shift - 1);
        var (whole, rest) = (scaled >> shift, scaled & ((BigInteger.One << shift) - 1));
        whole += rest > half || (rest == half && !whole.IsEven) ? 1 : 0;
        return Math.CopySign(double.Parse($"{whole}E-{digits}", NumberStyles.Float, CultureInfo.InvariantCulture), value);
    }

    /// <summary>NumPy's <c>round</c>: it multiplies first.</summary>
    public static double Numpy(double value, int digits) => Math.Round(value * Math.Pow(10, digits)) / Math.Pow(10, digits);
}
