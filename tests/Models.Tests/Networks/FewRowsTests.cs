using FsCheck;
using FsCheck.Xunit;
using SVco.Models.Networks;
using static TorchSharp.torch;

namespace SVco.Models.Tests;

public sealed class FewRowsTests
{
    [Property]
    public void The_product_is_that_of_float64(ushort seed, byte rows, byte inputs, byte outputs)
    {
        using var scope = NewDisposeScope();
        var (x, weight) = Factors(seed, 1 + rows % 70, 1 + inputs, 6 + outputs);

        var product = FewRows.Multiply(x, weight);

        // 256 terms near 1, each sum rounded to 24 bits.
        Near.Equal(x.to(ScalarType.Float64).matmul(weight.to(ScalarType.Float64).t()), product, 1e-4, "product");
    }

    [Property]
    public void A_row_does_not_depend_on_the_others(ushort seed, byte rows, byte inputs, byte outputs)
    {
        using var scope = NewDisposeScope();
        var (x, weight) = Factors(seed, 2 + rows % 40, 1 + inputs, 6 + outputs);

        Near.Equal(FewRows.Multiply(x, weight)[1..], FewRows.Multiply(x[1..], weight), tolerance: 0, "other rows");
    }

    [Theory]
    [InlineData(ScalarType.Float32, 2, 6, true)]
    [InlineData(ScalarType.Float32, 64, 6, true)]
    [InlineData(ScalarType.Float32, 1, 6, false)]
    [InlineData(ScalarType.Float32, 65, 6, false)]
    [InlineData(ScalarType.Float32, 2, 5, false)]
    [InlineData(ScalarType.BFloat16, 2, 6, false)]
    [InlineData(ScalarType.Float64, 2, 6, false)]
    public void Few_rows_in_fp32_are_multiplied_so(ScalarType type, long rows, long outputs, bool expected)
    {
        using var scope = NewDisposeScope();

        Assert.Equal(expected, FewRows.CanMultiply(zeros([rows, 3], type), zeros([outputs, 3], type)));
    }

    [Fact]
    public void A_weight_that_is_not_laid_out_row_by_row_is_libtorchs()
    {
        using var scope = NewDisposeScope();

        Assert.False(FewRows.CanMultiply(zeros(2, 3), zeros(3, 8).t()));
    }

    static (Tensor X, Tensor Weight) Factors(ushort seed, long rows, long inputs, long outputs)
    {
        using var generator = new Generator(seed, CPU);
        return (randn([rows, inputs], generator: generator), randn([outputs, inputs], generator: generator));
    }
}
