using SVco.Core;
using SVco.Core.Data;
using SVco.Models;
using SVco.Models.Images;
using TorchSharp;
using static SVco.Training.Tests.TrainerCase;

namespace SVco.Training.Tests;

/// <summary>Data that another thread loads before a step needs them.</summary>
public class PrefetchingTests
{
    [Fact]
    public void Results_come_in_order_and_at_most_so_many_wait()
    {
        var (made, taken, most) = (0, 0, 0);
        var items = Enumerable.Range(0, 200);
        foreach (
            var result in Prefetching.Map(
                items,
                item =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref made) - Volatile.Read(ref taken));
                    return item * 2;
                },
                capacity: 3
            )
        )
        {
            Assert.Equal(2 * taken, result);
            Volatile.Write(ref taken, taken + 1);
            Thread.Yield();
        }

        Assert.Equal(200, taken);
        // Three wait, one is in the loader's hands, and one was taken that is not counted yet.
        Assert.InRange(most, 1, 5);
    }

    [Fact]
    public void What_the_thread_throws_comes_after_the_results_before_it()
    {
        var results = new List<int>();
        var error = Assert.Throws<UserException>(() =>
            results.AddRange(Prefetching.Map(Enumerable.Range(0, 10), item => item < 6 ? item : throw new UserException($"item {item}"), 2))
        );
        Assert.Equal("item 6", error.Message);
        Assert.Equal(Enumerable.Range(0, 6), results);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ending_the_enumeration_early_ends_the_thread(bool fails)
    {
        Thread? thread = null;
        int Make(int item)
        {
            thread = Thread.CurrentThread;
            return fails && item > 2 ? throw new UserException("nobody hears this") : item;
        }

        foreach (var _ in Prefetching.Map(Enumerable.Range(0, int.MaxValue), Make, 1))
        {
            break;
        }

        Assert.NotNull(thread);
        Assert.NotEqual(Thread.CurrentThread, thread);
        Assert.False(thread.IsAlive);
    }

    /// <summary>Slow and fast images in turn, a run from the start and one that goes on in its middle: not a bit differs.</summary>
    [Fact]
    public void A_run_that_prefetches_is_equal_to_one_that_loads_when_it_needs_to_bit_by_bit()
    {
        using var scope = torch.NewDisposeScope();
        var whenNeeded = Train(5, model => new WhenNeeded(new LiveFeatures(model, Loader(Pixels))));
        var prefetched = Train(5, model => new LiveFeatures(model, Loader(Slow)));
        var inTwo = Train(5, model => new LiveFeatures(model, Loader(Slow)), stopAfter: 3);
        Assert.Equal(whenNeeded.Losses, prefetched.Losses);
        Assert.Equal(whenNeeded.Losses, inTwo.Losses);
        Assert.Equal(whenNeeded.Weights, prefetched.Weights);
        Assert.Equal(whenNeeded.Weights, inTwo.Weights);
    }

    [Fact]
    public void An_image_that_cannot_be_loaded_ends_the_run_at_its_step_with_the_pairs_name()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new PackedCase(5, torch.ScalarType.Float32);
        var job = Job(random, new LiveFeatures(random.Model, random.Loader(image => throw new UserException($"{image} is broken"))));
        using var trainer = Start(random, job);
        var error = Assert.Throws<UserException>(() => trainer.Run(default).Count());
        Assert.Matches(@"^[0-9]+: .* is broken$", error.Message);
        Assert.Equal(0, trainer.Optimizer.Steps);
    }

    /// <summary>A batch's two images take 200 ms, at least; nothing was prefetched before the first step.</summary>
    [Fact]
    public void A_step_tells_how_long_it_waited_for_its_images()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new PackedCase(5, torch.ScalarType.Float32);
        float[] Load(ImageSource image)
        {
            Thread.Sleep(200);
            return Pixels(image);
        }

        var job = Job(random, new LiveFeatures(random.Model, random.Loader(Load)));
        using var trainer = Start(random, job);
        var first = trainer.Run(default).OfType<TrainingEvent.Stepped>().First();
        Assert.InRange(first.DataTime, TimeSpan.FromMilliseconds(150), first.Time);
    }

    static (double[] Losses, byte[] Weights) Train(int seed, Func<VisionLanguageModel, IImageFeatures> images, int stopAfter = int.MaxValue)
    {
        using var random = new PackedCase(seed, torch.ScalarType.Float32);
        var job = Job(random, images(random.Model));
        using var trainer = Start(random, job);
        double[] Losses(IEnumerable<TrainingEvent> events) => [.. events.OfType<TrainingEvent.Stepped>().Select(step => step.Metrics.Loss)];
        double[] losses = [.. Losses(trainer.Run(default).Take(stopAfter)), .. Losses(trainer.Run(default))];
        return (losses, [.. random.Model.Parameters.SelectMany(parameter => parameter.Value.detach().bytes.ToArray())]);
    }

    static ImageLoader Loader(Func<ImageSource, float[]> pixels)
    {
        using var random = new PackedCase(5, torch.ScalarType.Float32);
        return random.Loader(pixels);
    }

    static float[] Slow(ImageSource image)
    {
        Thread.Sleep(((ImageSource.File)image).Path == "1" ? 20 : 0);
        return Pixels(image);
    }

    sealed class WhenNeeded(IImageFeatures images) : IImageFeatures
    {
        public IImageFeatures Prefetch(IEnumerable<ImageSource> images) => this;

        public ImageSize SizeOf(ImageSource image) => images.SizeOf(image);

        public IReadOnlyList<EncodedImage> Of(IReadOnlyList<ImageSource> some) => images.Of(some);
    }
}
