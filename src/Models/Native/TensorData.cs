using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SVco.Models;

/// <summary>The numbers of tensors, for loops of our own over them.</summary>
public static unsafe class TensorData
{
    /// <summary>The address of a tensor's first number, which holds while the tensor lives.</summary>
    /// <param name="tensor">On the CPU and contiguous; of any size, unlike what a span can hold.</param>
    public static void* Start(Tensor tensor) =>
        Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.detach().view(-1).narrow(0, 0, 1).bytes));
}
