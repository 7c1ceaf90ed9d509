alpha();
start();
beta();
start();
gamma();
