using SVco.Core;
using SVco.Core.Data;

namespace SVco.Models.Images;

/// <summary>
/// Bounds the pixels that are decoded at one time: a file of some kilobytes may hold an image of gigabytes, and there is one for each core.
/// </summary>
/// <param name="most">Pixels under way together; a larger image is refused.</param>
public sealed class PixelBudget(long most)
{
    /// <summary>What a pixel takes at most while an image is decoded, edited and resized (measured: 8).</summary>
    const long BytesPerPixel = 10;

    readonly object gate = new();
    long used;
    long garbage;

    /// <summary>As many as the largest image has that is read, or as three quarters of the memory can hold.</summary>
    public static PixelBudget OfMachine() =>
        new(Math.Min(ImageDecoder.MaxPixels, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3 / BytesPerPixel));

    /// <summary>Does something with an image when there is room for it.</summary>
    /// <param name="size">Its sides.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="work">Decodes it.</param>
    /// <exception cref="UserException">There is never room for it, or the memory did not suffice.</exception>
    public T Within<T>(ImageSize size, string name, Func<T> work)
    {
        var pixels = (long)size.Width * size.Height;
        if (pixels > most)
        {
            throw new UserException(
                $"The image {name} says it has {size.Width} x {size.Height} pixels; {most} can be decoded here. Make it smaller."
            );
        }

        Take(pixels);
        try
        {
            return work();
        }
        catch (OutOfMemoryException error)
        {
            throw new UserException($"The memory does not suffice for the image {name} of {size.Width} x {size.Height} pixels.", error);
        }
        finally
        {
            Give(pixels);
        }
    }

    void Take(long pixels)
    {
        lock (gate)
        {
            while (used + pixels > most)
            {
                Monitor.Wait(gate);
            }

            used += pixels;

            // Of large images the collector lets gigabytes lie about before it comes by itself.
            if (used + garbage > most)
            {
                GC.Collect();
                garbage = 0;
            }
        }
    }

    void Give(long pixels)
    {
        lock (gate)
        {
            used -= pixels;
            garbage += pixels;
            Monitor.PulseAll(gate);
        }
    }
}
