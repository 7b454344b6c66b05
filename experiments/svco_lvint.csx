#load "../src/Scripting/svco.csx"

// S-VCO on LLaVA-Interleave 7B with the paper's settings (arXiv 2502.13928).
var experiment = Experiment("svco_lvint")
    .Model(LlavaInterleave7B with { Frozen = VisionTower })
    .Objective(SVco(beta1: 0.1, beta2: 0.1))
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
