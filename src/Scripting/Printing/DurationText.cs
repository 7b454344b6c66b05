using System.Globalization;

namespace SVco.Scripting.Printing;

/// <summary>Durations for people.</summary>
static class DurationText
{
    const double Hour = 3600;
    const double Day = 24 * Hour;
    const int MostDays = 999;

    /// <summary>Such as 0:07, 12:30, 3:04:05 or 2 d 5 h; what is longer than anybody waits is cut.</summary>
    /// <param name="seconds">Rounded up; may be too many for a <see cref="TimeSpan"/>.</param>
    public static string Of(double seconds)
    {
        var whole = double.IsNaN(seconds) ? 0 : Math.Ceiling(Math.Clamp(seconds, 0, MostDays * Day));
        return whole >= MostDays * Day ? $"over {MostDays} d"
            : whole >= Day ? $"{(int)(whole / Day)} d {(int)(whole % Day / Hour)} h"
            : TimeSpan.FromSeconds(whole).ToString(whole >= Hour ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);
    }

    /// <inheritdoc cref="Of(double)"/>
    public static string Of(TimeSpan time) => Of(time.TotalSeconds);
}
