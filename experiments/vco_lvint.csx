#load "../src/Scripting/svco.csx"

// The ablation without the symmetric term: only the chosen image is the right one.
var experiment = Experiment("vco_lvint")
    .Model(LlavaInterleave7B with { Frozen = VisionTower })
    .Objective(Vco(beta1: 0.1, beta2: 0.1))
    .Data(Mvc.Train, validation: Mvc.Validation)
    .Train(
        new()
        {
            LearningRate = 1e-6,
            WarmupRatio = 0.05,
            Epochs = 1,
            Accumulation = 32,
        }
    );

return await experiment.OrTiny().Run(Args);
