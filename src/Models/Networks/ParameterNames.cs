namespace SVco.Models.Networks;

/// <summary>What the names say that transformers gives to the parameters of the networks here.</summary>
static class ParameterNames
{
    /// <summary>The last part of the name of the map from the decoder's states to logits.</summary>
    public const string OutputHead = "lm_head";

    /// <summary>The last part of the name of the token embeddings.</summary>
    public const string Embedding = "embed_tokens";

    public static bool IsBias(string parameter) => parameter.EndsWith(".bias", StringComparison.Ordinal);

    /// <summary>CLIP's first norm is called pre_layrnorm.</summary>
    public static bool IsNorm(string parameter) =>
        parameter.Split('.') is [.., var module, _] && (module.Contains("norm", StringComparison.Ordinal) || module == "pre_layrnorm");
}
