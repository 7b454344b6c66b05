using static TorchSharp.torch;

namespace SVco.Models.Tests;

public sealed class NumbersTests
{
    [Fact]
    public void Numbers_stay_what_they_are_while_the_garbage_collector_runs()
    {
        NativeLibraries.Load();
        using var done = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
                GC.Collect(0);
                Thread.Yield();
            }
        });
        collector.Start();
        try
        {
            using var whole = NewDisposeScope();
            var (values, none) = (ones(64, 64), zeros(64, 64, ScalarType.Bool));
            // With TorchSharp's own conversions one in a thousand of these fails or gives another number.
            for (var i = 0; i < 5000; i++)
            {
                using var scope = NewDisposeScope();
                Assert.Equal(3f, (values * Numbers.Of(3.0))[0, 0].item<float>());
                Assert.Equal(2f, values.Plus(values)[0, 0].item<float>());
                Assert.Equal(1f, values.pow(Numbers.Two)[0, 0].item<float>());
                Assert.Equal(1f, values.masked_fill(none, Numbers.Of(i))[0, 0].item<float>());
            }
        }
        finally
        {
            done.Cancel();
            collector.Join();
        }
    }
}
