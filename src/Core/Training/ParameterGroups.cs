namespace SVco.Core.Training;

/// <summary>Which parameters AdamW's weight decay applies to.</summary>
public static class ParameterGroups
{
    /// <summary>
    /// Whether a parameter gets weight decay: no bias does, and no weight of a normalisation, except that the official trainer
    /// (transformers 4.45.2) knows LayerNorm and LLaMA's RMSNorm as normalisations, but not Qwen2's (golden/svco, optimizer.groups).
    /// </summary>
    /// <param name="parameter">The parameter's name in the checkpoint, e.g. language_model.model.layers.0.input_layernorm.weight.</param>
    /// <param name="languageModelType">model_type of the language model's configuration, e.g. llama or qwen2.</param>
    /// <param name="behaviour">Official or Corrected.</param>
    public static bool GetsWeightDecay(string parameter, string languageModelType, Behaviour behaviour)
    {
        if (parameter.Contains("bias", StringComparison.Ordinal))
        {
            return false;
        }

        var module = parameter.Split('.') is [.., var last, _] ? last : parameter;
        var isNorm = module.Contains("norm", StringComparison.OrdinalIgnoreCase);
        var isUnknownToTransformers =
            behaviour == Behaviour.Official && languageModelType == "qwen2" && !parameter.Contains("vision", StringComparison.Ordinal);
        return !isNorm || isUnknownToTransformers;
    }
}
