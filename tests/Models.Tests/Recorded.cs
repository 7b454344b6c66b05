using System.Text.Json;
using static TorchSharp.torch;

namespace SVco.Models.Tests;

/// <summary>A gradient in a cases.json: its norm and some of its entries.</summary>
static class Recorded
{
    public static string NameOf(JsonElement recorded) => recorded.GetProperty("name").GetString()!;

    public static bool HasGradient(JsonElement recorded) => recorded.TryGetProperty("l2", out _);

    /// <summary>
    /// In L2: four times the recorded run's own distance from float64 (both runs are fp32, and another order of sums may double it), 1e-5 of
    /// the norm where that is not recorded; and 1e-6, above the 6.6e-7 by which entries of two attention implementations differ.
    /// </summary>
    public static double Tolerance(JsonElement recorded) =>
        4 * (recorded.TryGetProperty("abs_err_vs_f64", out var error) ? error.GetDouble() : 1e-5 * recorded.GetProperty("l2").GetDouble())
        + 1e-6;

    public static void Check(JsonElement recorded, Tensor gradient, string what)
    {
        using var scope = NewDisposeScope();
        var tolerance = Tolerance(recorded);
        Assert.Equal(recorded.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()), gradient.shape);
        Close(recorded.GetProperty("l2").GetDouble(), gradient.norm().item<float>(), "l2");
        var flat = gradient.reshape(-1);
        foreach (var (index, value) in recorded.GetProperty("index").EnumerateArray().Zip(recorded.GetProperty("value").EnumerateArray()))
        {
            Close(value.GetDouble(), flat[index.GetInt64()].item<float>(), $"entry {index}");
        }

        void Close(double expected, double actual, string part) =>
            Assert.True(
                Math.Abs(expected - actual) <= tolerance,
                $"{what} {part}: {actual:g9}, expected {expected:g9}, tolerance {tolerance:g3}"
            );
    }
}
