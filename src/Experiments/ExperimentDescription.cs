using System.Reflection;
using SVco.Files;
using SVco.Training.Caching;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace SVco.Experiments;

/// <summary>The resolved experiment as YAML: all that decides a run's result.</summary>
static class ExperimentDescription
{
    static readonly ISerializer Serializer = new SerializerBuilder()
        .WithNamingConvention(UnderscoredNamingConvention.Instance)
        .DisableAliases()
        .Build();

    /// <param name="options">The experiment and its files.</param>
    /// <param name="modelFolder">The base model's folder.</param>
    /// <param name="weights">The base model's <see cref="ModelFingerprint"/>.</param>
    public static string Yaml(ExperimentOptions options, string modelFolder, string weights)
    {
        var experiment = options.Experiment;
        return Serializer.Serialize(
            new
            {
                experiment.Name,
                Svco = typeof(ExperimentDescription)
                    .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
                    .InformationalVersion,
                Model = new
                {
                    experiment.BaseModel.Checkpoint,
                    Folder = modelFolder,
                    Sha256 = weights,
                    Precision = experiment.BaseModel.Precision.ToString(),
                    VisionPrecision = experiment.BaseModel.VisionPrecision?.ToString(),
                    Frozen = experiment.BaseModel.Frozen.ToString(),
                    experiment.BaseModel.Lora,
                },
                Objective = new
                {
                    Formula = experiment.Loss.ToString(),
                    Latex = experiment.Loss.ToLatex(),
                    Evaluated = experiment.EvaluatedLoss.ToString(),
                },
                Data = new
                {
                    Train = experiment.TrainData.Description,
                    Validation = experiment.ValidationData?.Description,
                    Files = new[] { options.Files.Train, options.Files.Validation }
                        .OfType<string>()
                        .Select(file => new { File = Path.GetFullPath(file), Sha256 = Sha256(file) }),
                    options.Files.ImageRoot,
                },
                Training = experiment.Settings,
            }
        );
    }

    static string Sha256(string file)
    {
        using var stream = RunData.OpenPairs(file);
        return ContentHash.Of(stream);
    }
}
