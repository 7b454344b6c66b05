namespace SVco.Core.Training;

/// <summary>Which parameters get weight decay.</summary>
public static class WeightDecay
{
    /// <summary>
    /// Whether weight decay applies to a parameter: never to a bias or a norm. Under <see cref="Behaviour.Official"/> Qwen2's RMSNorm
    /// weights get it, since transformers 4.45.2 does not count that class among the norms (golden/svco).
    /// </summary>
    /// <param name="parameter">The HuggingFace name.</param>
    /// <param name="decoder">The decoder's model type: llama or qwen2.</param>
    /// <param name="behaviour">Official or corrected.</param>
    public static bool Applies(string parameter, string decoder, Behaviour behaviour)
    {
        if (parameter.EndsWith(".bias", StringComparison.Ordinal))
        {
            return false;
        }

        var module = parameter.Split('.')[^2];
        var isNorm = module.Contains("norm", StringComparison.Ordinal) || module == "pre_layrnorm";
        return !isNorm
            || behaviour == Behaviour.Official && decoder == "qwen2" && parameter.StartsWith("language_model.", StringComparison.Ordinal);
    }
}
