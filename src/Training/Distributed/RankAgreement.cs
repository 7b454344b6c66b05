using SVco.Core;
using SVco.Models;
using static TorchSharp.torch;

namespace SVco.Training.Distributed;

/// <summary>What all ranks must have alike, beside the experiment and its files, so that N of them give the bits of one.</summary>
public static class RankAgreement
{
    /// <summary>Products of matrices may differ in their last bits where they are made by another number of threads.</summary>
    /// <exception cref="UserException">The ranks have different numbers of threads.</exception>
    public static void RequireThreads(ICollective ranks)
    {
        if (ranks.Size == 1)
        {
            return;
        }

        NativeLibraries.Load();
        int[] threads = [.. ranks.Gather(BitConverter.GetBytes(get_num_threads())).Select(bytes => BitConverter.ToInt32(bytes))];
        if (threads.Distinct().Count() > 1)
        {
            throw new UserException(
                $"The ranks compute with different numbers of threads ({string.Join(", ", threads)}), which may change last bits. "
                    + "Set OMP_NUM_THREADS to one number for all of them."
            );
        }
    }
}
