using TorchSharp;

namespace SVco.Models;

/// <summary>
/// Numbers as arguments of tensor operations. TorchSharp (0.107) passes the native side of a number without holding the managed one, so a
/// garbage collection at the wrong moment frees it under the operation, which then fails or computes with something else: 1 to 30 in ten
/// thousand calls while another thread collects without pause. Some operations make numbers of their own inside: a sum of two tensors its
/// factor 1, a square its exponent 2. The analyzer refuses them and the implicit conversions (BannedSymbols.txt).
/// </summary>
public static class Numbers
{
    // An operation ends long before so many other numbers are made.
    static readonly Scalar[] Recent = new Scalar[1 << 16];
    static int count;

    /// <summary>1, e.g. the factor that <c>add</c> gives its second argument.</summary>
    public static Scalar One { get; } = 1L.ToScalar();

    /// <summary>2.</summary>
    public static Scalar Two { get; } = 2L.ToScalar();

    /// <summary>The sum of two tensors.</summary>
    public static torch.Tensor Plus(this torch.Tensor a, torch.Tensor b) => a.add(b, One);

    /// <summary>A floating-point number.</summary>
    public static Scalar Of(double value) => Hold(value.ToScalar());

    /// <summary>An integer.</summary>
    public static Scalar Of(long value) => Hold(value.ToScalar());

    static Scalar Hold(Scalar number) => Recent[Interlocked.Increment(ref count) & (Recent.Length - 1)] = number;
}
