using System.Text.Json;
using SVco.Core;
using SVco.Files;
using SVco.Models.Checkpoints;
using SVco.Models.Networks;
using static TorchSharp.torch;

namespace SVco.Models.Lora;

/// <summary>A LoRA adapter on a model (Hu et al., arXiv 2106.09685), in the file format of PEFT.</summary>
public sealed class LoraAdapter : IDisposable
{
    internal const string ConfigName = "adapter_config.json";
    internal const string WeightsName = "adapter_model.safetensors";
    const string Prefix = "base_model.model.";

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    readonly VisionLanguageModel model;
    readonly List<Linear> targets;

    LoraAdapter(LoraConfig config, VisionLanguageModel model, IEnumerable<Linear> targets)
    {
        if (model.Adapter is not null)
        {
            throw new InvalidOperationException("The model has an adapter already: merge it or dispose it first.");
        }

        (Config, this.model, this.targets) = (config, model, [.. targets]);
        if (this.targets.Count == 0)
        {
            var wanted = config.TargetPattern.Length > 0 ? config.TargetPattern : string.Join(", ", config.TargetModules);
            throw new UserException(
                $"The LoRA's target_modules ({wanted}) name no linear map of the model. Its maps are called such as '{model.Linears.Last(linear => linear.Name.Contains("layers")).Name}'."
            );
        }
    }

    /// <summary>The settings.</summary>
    public LoraConfig Config { get; }

    /// <summary>The matrices A and B by PEFT's names, in the order of the model's maps.</summary>
    public IReadOnlyList<NamedTensor> Parameters =>
        [
            .. targets.SelectMany(linear =>
                new NamedTensor[] { new(A(linear.Name), linear.Adapter!.A), new(B(linear.Name), linear.Adapter!.B) }
            ),
        ];

    /// <summary>Whether the model's forward functions add the adapter's terms.</summary>
    internal bool Enabled { get; private set; } = true;

    /// <summary>Attaches a new adapter: A uniform as PEFT draws it, B zero, so that the model is the same as before.</summary>
    /// <param name="model">The model; it may have one adapter at a time.</param>
    /// <param name="config">Rank, alpha, targets.</param>
    /// <param name="seed">Of A.</param>
    /// <exception cref="UserException">The targets name no linear map.</exception>
    public static LoraAdapter Create(VisionLanguageModel model, LoraConfig config, long seed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new TorchSharp.torch.Generator((ulong)seed, CPU);
        var type = TypeFor(model);
        return new LoraAdapter(config, model, model.Linears.Where(linear => config.Targets(linear.Name, model.Config))).Attach(linear =>
        {
            // Kaiming's uniform distribution with a = sqrt(5) over the inputs.
            var bound = 1 / Math.Sqrt(linear.Weight.shape[1]);
            var a = empty([config.Rank, linear.Weight.shape[1]], ScalarType.Float32).uniform_(-bound, bound, generator);
            return (a.to(type, model.Device), zeros([linear.Weight.shape[0], config.Rank], type, model.Device));
        });
    }

    /// <summary>Attaches a new adapter with alpha and target names.</summary>
    public static LoraAdapter Create(VisionLanguageModel model, int rank, double alpha, IEnumerable<string> targets, long seed) =>
        Create(model, new LoraConfig(rank, alpha, [.. targets], BaseModel: model.Folder), seed);

    /// <summary>Attaches the adapter of a PEFT folder (adapter_config.json, adapter_model.safetensors).</summary>
    /// <exception cref="UserException">A file is missing, malformed, not supported, or does not fit the model.</exception>
    public static LoraAdapter Load(string folder, VisionLanguageModel model)
    {
        var config = LoraConfig.Read(Path.Combine(folder, ConfigName));
        using var file = SafetensorsFile.Open(Path.Combine(folder, WeightsName));
        using var scope = NewDisposeScope();
        var type = TypeFor(model);
        var named = model.Linears.Select(linear => (Linear: linear, Name: NameIn(file, linear, model))).ToArray();
        if (named.FirstOrDefault(one => one.Name is null && config.Targets(one.Linear.Name, model.Config)).Linear is { } missing)
        {
            throw new UserException(
                $"{file.Path} has no matrices for '{missing.Name}', which the target_modules of {ConfigName} name. The two belong to different adapters."
            );
        }

        var nameOf = named.Where(one => one.Name is not null).ToDictionary(one => one.Linear, one => one.Name!);
        var known = nameOf.Values.SelectMany(name => new[] { A(name), B(name) }).ToHashSet(StringComparer.Ordinal);
        if (file.Header.Tensors.Keys.Where(name => !known.Contains(name)).Order(StringComparer.Ordinal).FirstOrDefault() is { } stray)
        {
            throw new UserException($"{file.Path} holds '{stray}', which the target_modules of {ConfigName} do not name in this model.");
        }

        return new LoraAdapter(config, model, nameOf.Keys).Attach(linear =>
            (Read(A(nameOf[linear]), config.Rank, linear.Weight.shape[1]), Read(B(nameOf[linear]), linear.Weight.shape[0], config.Rank))
        );

        Tensor Read(string name, params ReadOnlySpan<long> shape)
        {
            var value = empty(shape, type, model.Device);
            file.CopyTo(name, value);
            return value;
        }
    }

    static string A(string map) => $"{Prefix}{map}.lora_A.weight";

    static string B(string map) => $"{Prefix}{map}.lora_B.weight";

    /// <summary>The name under which a file has a map's matrices: ours, or that of another version of transformers.</summary>
    static string? NameIn(SafetensorsFile file, Linear linear, VisionLanguageModel model)
    {
        const string weight = ".weight";
        return model
            .Config.NamesInFiles(linear.Name + weight)
            .Select(name => name[..^weight.Length])
            .FirstOrDefault(name => file.Header.Tensors.ContainsKey(A(name)));
    }

    /// <summary>Makes the adapter's matrices the only parameters with gradients, the model's own get none.</summary>
    /// <exception cref="UserException">The settings have dropout, which training does not do.</exception>
    public void Train()
    {
        if (Config.Dropout != 0)
        {
            throw new UserException($"{ConfigName}: lora_dropout = {Config.Dropout} is not supported in training. Set it to 0.");
        }

        model.SetTrainable(Part.None);
        foreach (var parameter in Parameters)
        {
            parameter.Value.requires_grad_(true);
        }
    }

    /// <summary>Switches the adapter off until the result is disposed: the reference model without a second copy of the weights.</summary>
    public IDisposable Off()
    {
        var before = Enabled;
        Enabled = false;
        return new Restore(() => Enabled = before);
    }

    /// <summary>Adds the terms to the model's weights for good and detaches the adapter.</summary>
    /// <exception cref="UserException">A target is an output head that shares its weights with the embeddings.</exception>
    public void Merge()
    {
        using var noGradient = no_grad();
        if (
            model.Config.Text.TieWordEmbeddings
            && targets.Find(linear => linear.Name.EndsWith(model.Config.OutputHead, StringComparison.Ordinal)) is { } head
        )
        {
            throw new UserException(
                $"The adapter changes {head.Name}, which shares its weights with the embeddings; merging would change both. Save the adapter instead."
            );
        }

        foreach (var linear in targets)
        {
            using var scope = NewDisposeScope();
            linear.Weight.copy_(linear.Weight.Plus(linear.Adapter!.Delta()));
        }

        Dispose();
    }

    /// <summary>Writes a PEFT folder.</summary>
    /// <param name="folder">The folder to make.</param>
    /// <param name="overwrite">Whether an existing folder may be replaced as a whole.</param>
    /// <exception cref="UserException">The folder exists and must not be replaced, or the disk refuses.</exception>
    public void Save(string folder, bool overwrite = false) =>
        AtomicOutput.WriteFolder(
            folder,
            overwrite,
            temporary =>
            {
                File.WriteAllText(Path.Combine(temporary, ConfigName), Config.ToJson().ToJsonString(Indented) + "\n");
                SafetensorsWriter.Write(Path.Combine(temporary, WeightsName), Parameters);
            }
        );

    /// <summary>Detaches the adapter from the model and frees its matrices.</summary>
    public void Dispose()
    {
        if (model.Adapter != this)
        {
            return;
        }

        foreach (var linear in targets)
        {
            linear.Adapter!.A.Dispose();
            linear.Adapter.B.Dispose();
            linear.Adapter = null;
        }

        model.Adapter = null;
    }

    LoraAdapter Attach(Func<Linear, (Tensor A, Tensor B)> matrices)
    {
        foreach (var linear in targets)
        {
            var (a, b) = matrices(linear);
            linear.Adapter = new(this, a.DetachFromDisposeScope(), b.DetachFromDisposeScope(), Config.Scale);
        }

        model.Adapter = this;
        return this;
    }

    /// <summary>PEFT keeps an adapter of a 16-bit model in fp32.</summary>
    static ScalarType TypeFor(VisionLanguageModel model) => Widening.AtLeastFloat32(model.Dtype);

    sealed class Restore(Action restore) : IDisposable
    {
        public void Dispose() => restore();
    }
}
