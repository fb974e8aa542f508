//! The sample source and the scripted onboarding of a demonstration customer.
