using SVco.Models.Text;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace SVco.Models;

/// <summary>Activation functions by their names in config.json.</summary>
public enum Activation
{
    /// <summary>`gelu`: x times the normal distribution function.</summary>
    Gelu,

    /// <summary>`gelu_pytorch_tanh`: its approximation by tanh.</summary>
    GeluTanh,

    /// <summary>`quick_gelu`: x times sigmoid(1.702 x).</summary>
    QuickGelu,

    /// <summary>`silu`: x times sigmoid(x).</summary>
    Silu,

    /// <summary>`relu`.</summary>
    Relu,
}

static class Activations
{
    static readonly (Activation Activation, string Name)[] Names =
    [
        (Activation.Gelu, "gelu"),
        (Activation.GeluTanh, "gelu_pytorch_tanh"),
        (Activation.QuickGelu, "quick_gelu"),
        (Activation.Silu, "silu"),
        (Activation.Relu, "relu"),
    ];

    public static string NameOf(Activation activation) => Names.First(entry => entry.Activation == activation).Name;

    public static Activation Parse(JsonField fields, string name, Activation fallback) =>
        Names.Any(entry => entry.Name == fields.Text(name, NameOf(fallback)))
            ? Names.First(entry => entry.Name == fields.Text(name, NameOf(fallback))).Activation
            : throw fields.Unsupported(name, $"known are {string.Join(", ", Names.Select(entry => entry.Name))}");

    public static Tensor Apply(this Activation activation, Tensor x) =>
        activation switch
        {
            Activation.Gelu => F.gelu(x),
            Activation.GeluTanh => F.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh),
            Activation.QuickGelu => x * sigmoid(x * Numbers.Of(1.702)),
            Activation.Silu => F.silu(x),
            _ => F.relu(x),
        };
}
