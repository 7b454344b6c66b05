using SVco.Core;
using SVco.Core.Data;
using SVco.Models.Images;

namespace SVco.Tests;

public sealed class PixelBudgetTests
{
    [Fact]
    public void No_more_pixels_than_allowed_are_under_way_together_and_every_image_has_its_turn()
    {
        var budget = new PixelBudget(100);
        var (now, most, done) = (0, 0, 0);
        Parallel.For(
            0,
            64,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            index =>
            {
                var pixels = index % 8 == 0 ? 100 : 30;
                budget.Within(
                    new ImageSize(pixels, 1),
                    "a",
                    () =>
                    {
                        var together = Interlocked.Add(ref now, pixels);
                        InterlockedMax(ref most, together);
                        Thread.Sleep(1);
                        Interlocked.Add(ref now, -pixels);
                        return Interlocked.Increment(ref done);
                    }
                );
            }
        );
        Assert.Equal(64, done);
        Assert.InRange(most, 100, 100);
    }

    [Fact]
    public void What_never_fits_and_what_does_not_fit_now_are_told_and_give_their_room_back()
    {
        var budget = new PixelBudget(100);
        Assert.Contains(
            "a.png says it has 10 x 11 pixels; 100 can be decoded here",
            Assert.Throws<UserException>(() => budget.Within(new ImageSize(10, 11), "a.png", () => 0)).Message
        );
        Assert.Contains(
            "memory does not suffice for the image b.png",
            Assert
                .Throws<UserException>(() => budget.Within<int>(new ImageSize(10, 10), "b.png", () => throw new OutOfMemoryException()))
                .Message
        );
        Assert.Equal(7, budget.Within(new ImageSize(10, 10), "c.png", () => 7));
    }

    static void InterlockedMax(ref int most, int value)
    {
        for (int seen; value > (seen = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, value, seen) != seen; ) { }
    }
}
