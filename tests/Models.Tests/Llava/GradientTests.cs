using System.Text.Json;
using SVco.Tests;
using static TorchSharp.torch;

namespace SVco.Models.Tests;

/// <summary>The gradient of the mean response loss of every parameter, against golden/models/*/cases.json and grads_*.safetensors.</summary>
public sealed class GradientTests
{
    [Fact]
    public void Gradients_of_every_case_are_those_of_transformers()
    {
        foreach (var (folder, cases) in LlavaCase.ModelsWithCases())
        {
            using var expected = new TensorsOf(Path.Combine(folder, "expected.safetensors"));
            using var model = VisionLanguageModel.Load(folder, new());
            foreach (var one in cases.GetProperty("cases").EnumerateArray())
            {
                var name = one.GetProperty("name").GetString()!;
                Check(model, LlavaCase.Read(expected, $"{name}/"), one, name);
                var file = Path.Combine(folder, $"grads_{name}.safetensors");
                if (File.Exists(file))
                {
                    CheckAll(model, file, one.GetProperty("grads"));
                }
            }
        }
    }

    [Fact]
    public void Gradients_of_a_tied_head_add_up_in_the_embeddings()
    {
        foreach (var folder in LlavaCase.Models().Except(LlavaCase.ModelsWithCases().Select(model => model.Folder)))
        {
            using var expected = new TensorsOf(Path.Combine(folder, "expected.safetensors"));
            using var model = VisionLanguageModel.Load(folder, new());
            Check(model, LlavaCase.Read(expected, ""), Golden.Json(Path.Combine(folder, "cases.json")), folder);
        }
    }

    [Fact]
    public void Norms_of_float64_gradients_are_those_of_the_float64_run()
    {
        foreach (var (folder, cases) in LlavaCase.ModelsWithCases())
        {
            using var expected = new TensorsOf(Path.Combine(folder, "expected.safetensors"));
            using var model = VisionLanguageModel.Load(folder, new() { Dtype = ScalarType.Float64 });
            foreach (var one in cases.GetProperty("cases").EnumerateArray())
            {
                using var scope = NewDisposeScope();
                var name = one.GetProperty("name").GetString()!;
                Backward(model, LlavaCase.Read(expected, $"{name}/"));
                foreach (var (parameter, recorded) in Paired(model, one).Where(pair => pair.Recorded.TryGetProperty("l2_f64", out _)))
                {
                    var norm = recorded.GetProperty("l2_f64").GetDouble();
                    // Float64 rounding through forward and backward; exact zeros come out as 1e-16.
                    Assert.Equal(norm, parameter.Value.grad!.norm().item<double>(), 1e-9 * norm + 1e-12);
                }
            }
        }
    }

    [Fact]
    public void Only_trainable_parameters_get_gradients()
    {
        using var scope = NewDisposeScope();
        using var model = VisionLanguageModel.Random(Small.Config, 1, new());
        model.SetTrainable(Part.Projector);
        var embeddings = model.MergeImages(tensor(Small.Ids(1)).unsqueeze(0), model.Project(model.VisionFeatures(Small.Images(1))));
        var attended = ones(1, embeddings.shape[1], ScalarType.Bool);
        model.Decode(embeddings, model.Positions(attended), attended).sum().backward();
        Assert.All(
            model.Parameters,
            parameter =>
                Assert.Equal(
                    parameter.Name.StartsWith("multi_modal_projector"),
                    parameter.Value.grad is { } gradient && gradient.abs().max().item<float>() > 0
                )
        );
    }

    static void Check(VisionLanguageModel model, LlavaCase batch, JsonElement one, string name)
    {
        using var scope = NewDisposeScope();
        var loss = Backward(model, batch);
        // The loss is a mean over tokens whose own error is below 1e-5.
        Assert.Equal(one.GetProperty("mean_nll").GetDouble(), loss, 1e-5);
        foreach (var (parameter, recorded) in Paired(model, one))
        {
            Recorded.Check(recorded, parameter.Value.grad!, $"{name} {parameter.Name}");
        }
    }

    /// <summary>Every tensor of the file is compared as a whole; a parameter that is not in it has no gradient.</summary>
    static void CheckAll(VisionLanguageModel model, string file, JsonElement recorded)
    {
        using var scope = NewDisposeScope();
        using var all = new TensorsOf(file);
        var tolerances = recorded.EnumerateArray().Where(Recorded.HasGradient).ToDictionary(Recorded.NameOf, Recorded.Tolerance);
        foreach (var parameter in model.Parameters)
        {
            Assert.Equal(all.Has(parameter.Name), parameter.Value.grad is not null);
            if (parameter.Value.grad is { } gradient)
            {
                var difference = (all[parameter.Name] - gradient).norm().item<float>();
                Assert.True(difference <= tolerances[parameter.Name], $"{file} {parameter.Name}: differs by {difference:g3} in L2");
            }
        }
    }

    static double Backward(VisionLanguageModel model, LlavaCase batch)
    {
        model.SetTrainable(~Part.None);
        foreach (var parameter in model.Parameters)
        {
            parameter.Value.grad = null;
        }

        var loss = batch.MeanLoss(model);
        loss.backward();
        return loss.to(ScalarType.Float64).item<double>();
    }

    /// <summary>Parameters with a recorded gradient; asserts that those recorded as null have none and that every parameter is recorded.</summary>
    static List<(NamedTensor Parameter, JsonElement Recorded)> Paired(VisionLanguageModel model, JsonElement one)
    {
        var recorded = one.GetProperty("grads").EnumerateArray().ToDictionary(Recorded.NameOf);
        Assert.Equal(recorded.Keys.Order(), model.Parameters.Select(parameter => parameter.Name).Order());
        Assert.All(
            model.Parameters,
            parameter => Assert.True(Recorded.HasGradient(recorded[parameter.Name]) == (parameter.Value.grad is not null), parameter.Name)
        );
        return
        [
            .. model
                .Parameters.Where(parameter => parameter.Value.grad is not null)
                .Select(parameter => (parameter, recorded[parameter.Name])),
        ];
    }
}
